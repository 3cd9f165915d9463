/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The wire format: what the BPF programs put into the ring buffer and what a recording holds.
 *
 * Every record is one `struct event`, in the byte order of the machine. The C# mirror is
 * src/Profiler.Core/Wire/WireEvent.cs; a test compiles this header and compares sizes and offsets.
 * Change one, change the other, and raise EVENT_FORMAT.
 */
#ifndef VFIOSCOPE_EVENTS_H
#define VFIOSCOPE_EVENTS_H

#include <linux/types.h>

#define EVENT_FORMAT 3

#define NO_STACK (-1)

#define COMM_LENGTH   16 /* TASK_COMM_LEN */
#define DEVICE_LENGTH 16 /* "10000:e1:00.0" and its NUL fit; longer names (mediated) are cut */

/* What happened. Also the index into the counters: keep dense. */
enum event_kind {
	EVENT_RELEASE = 1, /* last close of a VFIO device, lock wait included */
	EVENT_OPEN,	   /* a VFIO device is handed out of its group */
	EVENT_LOCK_WAIT,   /* inside a release or open: the mutex was taken by somebody else */
	EVENT_RESET,	   /* one step of a PCI reset, see enum reset_step */
	EVENT_SIGNAL,	   /* a signal that ends processes was delivered; peer is its target */
	EVENT_PROCESS,	   /* how far a process that has or had devices is, see enum process_step */
	EVENT_TEARDOWN,	   /* a part of a process's end that is not the devices', see enum
			      teardown_step */
	EVENT_KINDS,
};

enum event_phase {
	PHASE_INSTANT,
	PHASE_BEGIN,
	PHASE_END,
};

/* The function a reset event brackets. The outer two contain the others. */
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
	RESET_STEPS,
};

/* The way out of a process, in this order. */
enum process_step {
	PROCESS_EXITS = 1, /* do_group_exit: all its threads are told to exit */
	PROCESS_DEAD,	   /* the last one told the parent (SIGCHLD), the very end of do_exit */
	PROCESS_REAPED,	   /* the parent took notice (release_task): nothing is left of it */
	PROCESS_STEPS,
};

/* What a teardown event brackets; they nest, and releases lie inside of them. */
enum teardown_step {
	TEARDOWN_MEMORY = 1, /* exit_mmap: the address space goes */
	TEARDOWN_FILES,	     /* from exit_files to exit_thread: open files are closed one by one */
	TEARDOWN_IOMMU,	     /* the last user of a container or IOAS leaves: unmap and unpin */
	TEARDOWN_KVM,	     /* the virtual machine's KVM half is let go */
	TEARDOWN_POWER,	     /* vfio_pci_set_power_state */
	TEARDOWN_STEPS,
};

/* Which lock a LOCK_WAIT is for; it can be told apart inside a release, not in an open. */
enum lock_kind {
	LOCK_OTHER,   /* some driver's own, or not known */
	LOCK_DEV_SET, /* of all devices of one reset domain */
	LOCK_GROUP,   /* of the IOMMU group */
	LOCK_KINDS,
};

enum event_flag {
	FLAG_EXITING = 1 << 0, /* the thread is in do_exit (PF_EXITING) */
	FLAG_NOT_PCI = 1 << 1, /* a VFIO device that is no PCI function (mediated, platform) */
	FLAG_PROBE = 1 << 2,   /* RESET: only asks whether the method would work */
	FLAG_IGNORED = 1 << 3, /* SIGNAL: the target ignores it, it was dropped */
};

/* Another thread that matters: the leader of the process at RELEASE and OPEN begin and at
 * PROCESS_EXITS, the holder at LOCK_WAIT begin, the target of a SIGNAL. 0 if unknown. */
struct peer {
	__u32 tid;
	__u32 tgid;
	char comm[COMM_LENGTH];
};

struct event {
	__u64 time_ns; /* CLOCK_MONOTONIC */
	__u64 cgroup;  /* bpf_get_current_cgroup_id() */
	__u64 lock;    /* the mutex: of the dev_set at RELEASE begin, waited for at LOCK_WAIT */
	__u32 tid;
	__u32 tgid;
	char comm[COMM_LENGTH];
	char device[DEVICE_LENGTH]; /* dev_name(), begin events only; for bridge steps the bridge's
				     */
	struct peer peer;
	/* RESET and OPEN end: what the function returned; begin of RESET_DEVICE_WAIT: the step that
	 * waits, if known; SIGNAL: its number; PROCESS_EXITS: the exit code, whose low seven bits
	 * are the signal that killed the process, if one did; else 0 */
	__s32 value;
	__u8 kind;  /* enum event_kind */
	__u8 phase; /* enum event_phase */
	__u8 step;  /* enum reset_step, lock_kind, process_step or teardown_step, by kind */
	__u8 flags; /* enum event_flag */
	/* RELEASE, OPEN, LOCK_WAIT and RESET end, if it took long: the stack it began on, a key
	 * into the map of kernel stacks; NO_STACK if it did not, another negative errno if the map
	 * had no room for it */
	__s32 stack;
	__u32 reserved;
};

/* What the programs could not keep track of. Also the index into the map of faults: keep dense. */
enum fault {
	FAULT_SPANS_FULL,  /* a release or open that is not followed, no room for it */
	FAULT_RESETS_FULL, /* a reset step that is not followed, no room for it */
	FAULT_OWNERS_FULL, /* a process whose end is not told, no room for it: each time it opens or
			      releases a device */
	FAULT_ENDS_LOST,   /* a release or open whose return was not seen: its thread has ended, or
			      began another */
	FAULTS,
};

/* Per kind and CPU. Summed over CPUs, emitted = received by user space + lost. */
struct kind_counters {
	__u64 emitted; /* records that were to be written */
	__u64 lost;    /* of these: refused by the ring buffer */
};

_Static_assert(sizeof(struct peer) == 24, "struct peer is wire format");
_Static_assert(sizeof(struct event) == 104, "struct event is wire format");
_Static_assert(sizeof(struct kind_counters) == 16, "struct kind_counters is read by user space");

#endif
