/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The wire format: what the BPF programs put into the ring buffer and what a recording holds.
 *
 * Every record is one `struct event`, in the byte order of the machine. The C# mirror is
 * src/Profiler.Core/Wire/WireEvent.cs; a test compiles this header and compares sizes and offsets.
 * Change one, change the other, and raise EVENT_FORMAT, also for a new kind or subtype.
 */
#ifndef VFIOSCOPE_EVENTS_H
#define VFIOSCOPE_EVENTS_H

#include <linux/types.h>

#define EVENT_FORMAT 11

#define NO_STACK (-1)

#define COMM_LENGTH   16 /* TASK_COMM_LEN */
#define DEVICE_LENGTH 16 /* "10000:e1:00.0" and its NUL fit; longer names (mediated) are cut */

/* What happened. Also the index into the counters: keep dense. */
enum event_kind {
	EVENT_RELEASE = 1, /* last close of a VFIO device, lock wait included */
	EVENT_OPEN,	   /* a VFIO device is handed out of its group, or bound to an iommufd */
	EVENT_LOCK_WAIT,   /* inside a release, open or user reset: the lock was held by another
			      thread; as an instant: a device's lock was only tried, in vain, and
			      the reset that needs it is left out */
	EVENT_RESET,	   /* one step of a PCI reset, see enum reset_step */
	EVENT_SIGNAL,	   /* a signal that ends processes was delivered; peer is its target */
	EVENT_PROCESS,	   /* a tracked process got further on its way out, see enum process_step */
	EVENT_TEARDOWN,	   /* a part of a process's end other than device release, see enum
			      teardown_step */
	EVENT_START,	   /* a part of a start other than device opens, see enum start_step */
	EVENT_USER_RESET,  /* a program asks for a reset of its device, see enum user_reset */
	EVENT_KINDS,
};

/* Where in a span an event is. */
enum event_edge {
	EDGE_INSTANT,
	EDGE_BEGIN,
	EDGE_END,
};

/* The function whose call a reset event begins or ends. The outer two contain the others. */
enum reset_step {
	RESET_FUNCTION = 1,    /* __pci_reset_function_locked: tries the methods in turn */
	RESET_BUS,	       /* pci_reset_bus: the last close of a shared dev_set */
	RESET_SECONDARY_BUS,   /* pci_reset_secondary_bus, on the bridge */
	RESET_BRIDGE_WAIT,     /* pci_bridge_wait_for_secondary_bus, on the bridge */
	RESET_FLR,	       /* pcie_flr */
	RESET_AF_FLR,	       /* pci_af_flr */
	RESET_PM,	       /* pci_pm_reset */
	RESET_DEVICE_SPECIFIC, /* pci_dev_specific_reset */
	RESET_DEVICE_WAIT,     /* pci_dev_wait */
	RESET_ACPI,	       /* pci_dev_acpi_reset */
	RESET_CXL_BUS,	       /* cxl_reset_bus_function */
	RESET_D3COLD,	       /* pci_d3cold_reset */
	RESET_IOMMU_BLOCK,     /* pci_dev_reset_iommu_prepare */
	RESET_IOMMU_RESTORE,   /* pci_dev_reset_iommu_done */
	RESET_STEPS,
};

/* The way out of a process, in this order. */
enum process_step {
	PROCESS_EXITS = 1, /* do_group_exit: the kernel ends all its threads */
	PROCESS_DEAD,	/* the last thread notified the parent (SIGCHLD), at the end of do_exit */
	PROCESS_REAPED, /* the parent reaped it (release_task): nothing is left of it */
	PROCESS_STEPS,
};

/* The part of a teardown that an event begins or ends. Parts nest, and contain releases. */
enum teardown_step {
	TEARDOWN_MEMORY = 1, /* exit_mmap: the address space is freed */
	TEARDOWN_FILES,	     /* from exit_files to exit_thread: open files are closed one by one */
	TEARDOWN_IOMMU,	     /* the last device leaves a container or IOAS, or the program unmaps
				memory by an ioctl: unmap and unpin */
	TEARDOWN_KVM,	     /* KVM frees the virtual machine */
	TEARDOWN_POWER,	     /* vfio_pci_set_power_state */
	TEARDOWN_CORE_DUMP,  /* do_coredump: writes a core file; the thread exits afterwards */
	TEARDOWN_STEPS,
};

/* The part of a start that an event begins or ends, or at which it is. */
enum start_step {
	START_CONTACT = 1, /* instant: the process opens something of VFIO for the first time */
	START_VM,	   /* instant: it creates a virtual machine */
	START_RUN,	   /* instant: a vCPU of it runs for the first time */
	START_DMA, /* memory, or a device's, is mapped for DMA: pinned, and put into the IOMMU */
	START_INTERRUPTS, /* vfio_pci_set_irqs_ioctl */
	START_KVM_MEMORY, /* kvm_set_memory_region */
	START_BARS, /* instant: what the process faulted in of devices' BARs since the last one */
	START_STEPS,
};

/* The value of a START_CONTACT. */
enum contact {
	CONTACT_NEW_VM = 1 << 0,  /* the process has a virtual machine that has not run yet */
	CONTACT_BY_OPEN = 1 << 1, /* it opens a device: what it is in, it opened before, or got */
};

/* The ioctl by which a program has its device reset. The reset is inside, as RESET events. */
enum user_reset {
	USER_RESET_DEVICE = 1, /* VFIO_DEVICE_RESET */
	USER_RESET_HOT,	       /* VFIO_DEVICE_PCI_HOT_RESET: all devices of its slot or bus */
	USER_RESETS,
};

/* Which lock a LOCK_WAIT is for. Known inside a release, a hot reset and a bind to an iommufd;
 * inside an open through the group it is always LOCK_OTHER. */
enum lock_kind {
	LOCK_OTHER,   /* a driver's own, or not known */
	LOCK_DEV_SET, /* of all devices of one reset domain */
	LOCK_GROUP,   /* of the IOMMU group */
	LOCK_RWSEM,   /* an rw-semaphore; the others are mutexes */
	LOCK_KINDS,
};

enum event_flag {
	FLAG_EXITING = 1 << 0, /* the thread is in do_exit (PF_EXITING) */
	FLAG_NOT_PCI = 1 << 1, /* a VFIO device that is no PCI function (mediated, platform) */
	FLAG_PROBE = 1 << 2,   /* RESET: only asks whether the method is supported */
	FLAG_IGNORED = 1 << 3, /* SIGNAL: the target ignores it, it was dropped */
	FLAG_WRITER = 1 << 4,  /* LOCK_WAIT begin, LOCK_RWSEM: to write; else it is to read */
	FLAG_IOMMUFD_COMPAT = 1 << 5, /* RELEASE, OPEN: the group's container is an iommufd */
	FLAG_KERNEL_THREAD = 1 << 6,  /* RELEASE begin, TEARDOWN_IOMMU: by a thread of the kernel
					 (PF_KTHREAD) */
};

/* Another thread that matters: the leader of the process at RELEASE, OPEN and USER_RESET begin and
 * at PROCESS_EXITS and START_CONTACT, the holder at LOCK_WAIT begin, the target of a SIGNAL. 0 if
 * unknown, as the readers that hold an rw-semaphore are. */
struct peer {
	__u32 tid;
	__u32 tgid;
	char comm[COMM_LENGTH];
};

/* What a mapping for DMA did, at its end. */
struct mapped {
	__u64 bytes;   /* that were asked for; 0 if not known */
	__u64 pinned;  /* bytes of memory that were pinned; a device's own memory is not */
	__u64 faults;  /* pages of any size that were not there yet: allocated and cleared */
	__u64 faulted; /* their bytes; those of the process's other threads meanwhile, too */
	__u64 reserved;
};

/* Parts of devices' BARs that were put into a process's page tables by page faults. */
struct bar_faults {
	__u64 faults;  /* that did so; what the kernel refuses or asks again for is none */
	__u64 small;   /* bytes that came in pages of the smallest size */
	__u64 large;   /* bytes in larger pages, of less than 1 GiB */
	__u64 giant;   /* bytes in pages of 1 GiB or more */
	__u64 time_ns; /* in the driver's fault handler, summed over threads */
};

/* Which figures of a struct unmapped were counted. */
enum counted {
	COUNTED_BYTES = 1 << 0,	   /* mappings and bytes */
	COUNTED_UNPINNED = 1 << 1, /* unpinned */
};

/* What was unmapped in a TEARDOWN_IOMMU, at its end; without the parts inside it. */
struct unmapped {
	__u64 mappings; /* that were removed, for all IOMMUs */
	__u64 bytes;	/* their size; a device's own memory, too */
	__u64 unpinned; /* bytes of memory that were unpinned; a device's own memory is not */
	__u64 batches;	/* in which type 1 unpinned, each of at most UNPIN_BATCH pieces */
	__u64 counted;	/* enum counted; 0 if nothing was unmapped, or that is not watched */
};

/* Pieces that are contiguous in memory: VFIO_IOMMU_TLB_SYNC_MAX, drivers/vfio/vfio_iommu_type1.c */
#define UNPIN_BATCH 512

struct event {
	__u64 time_ns; /* CLOCK_MONOTONIC */
	__u64 cgroup;  /* bpf_get_current_cgroup_id() */
	union {
		__u64 lock;    /* the mutex of the dev_set at RELEASE begin, and at OPEN and
				* USER_RESET begin where known; what is waited for at LOCK_WAIT */
		__u64 exec_ns; /* START_CONTACT: when the process began to run its program, or
				* began with its parent's, CLOCK_MONOTONIC; 0 if not known */
		__u64 bytes;   /* START_DMA begin: that are to be mapped; 0 if not known */
	};
	__u32 tid;
	__u32 tgid;
	char comm[COMM_LENGTH];
	union {
		struct {
			char device[DEVICE_LENGTH]; /* dev_name(), begin events and instants only;
						     * for bridge steps the bridge's, for a lock
						     * that was tried that of its device */
			struct peer peer;
		};
		struct mapped mapped;	  /* START_DMA end */
		struct unmapped unmapped; /* TEARDOWN_IOMMU end */
		struct bar_faults bars;	  /* START_BARS */
	};
	/* RESET, OPEN, USER_RESET and START_DMA end: what the function returned; begin of
	 * RESET_DEVICE_WAIT: the step that waits, if known; SIGNAL: its number; PROCESS_EXITS: the
	 * exit code, whose low seven bits are the signal that killed the process, if one did;
	 * START_CONTACT: enum contact; else 0 */
	__s32 value;
	__u8 kind;    /* enum event_kind */
	__u8 edge;    /* enum event_edge */
	__u8 subtype; /* enum reset_step, lock_kind, process_step, teardown_step, user_reset or
		       * start_step, by kind */
	__u8 flags;   /* enum event_flag */
	/* RELEASE, OPEN, USER_RESET, LOCK_WAIT and RESET end, if it took long: the stack it began
	 * on, a key into the map of kernel stacks; NO_STACK if it did not, another negative errno
	 * if the map had no room for it */
	__s32 stack;
	__u32 reserved;
};

/* What the programs had to give up. Also the index into the map of faults: keep dense. */
enum fault {
	FAULT_SPANS_FULL,   /* a release, open, user reset, mapping, unmapping or fault of a BAR is
			       not followed: its map is full */
	FAULT_RESETS_FULL,  /* a reset step is not followed: its map is full */
	FAULT_TRACKED_FULL, /* a process is not tracked: the map is full; counted at each of its
			       opens, releases and user resets */
	FAULT_ENDS_LOST,    /* the return of a release, open or user reset was not seen: its thread
			       ended, or began another one */
	FAULTS,
};

/* Per kind and CPU. Summed over CPUs, emitted = received by user space + lost. */
struct kind_counters {
	__u64 emitted; /* records that were to be written */
	__u64 lost;    /* of these: refused by the ring buffer */
};

_Static_assert(sizeof(struct peer) == 24, "struct peer is wire format");
_Static_assert(sizeof(struct mapped) == 40, "struct mapped is wire format");
_Static_assert(sizeof(struct unmapped) == 40, "struct unmapped is wire format");
_Static_assert(sizeof(struct bar_faults) == 40, "struct bar_faults is wire format");
_Static_assert(sizeof(struct event) == 104, "struct event is wire format");
_Static_assert(sizeof(struct kind_counters) == 16, "struct kind_counters is read by user space");

#endif
