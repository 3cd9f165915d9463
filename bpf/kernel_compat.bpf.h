/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The only place that knows the shapes of kernel types, and how they differ between kernels.
 * Only what we read is declared; CO-RE finds the real offsets when a program is loaded.
 *
 * Each difference names the commit that made it, the first release that has it, and the oldest
 * kernel we support that lacks it: with that kernel the older branch may go.
 */
#ifndef VFIOSCOPE_KERNEL_COMPAT_H
#define VFIOSCOPE_KERNEL_COMPAT_H

#include <stdbool.h>
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "events.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct task_struct;

struct signal_struct {
	unsigned int flags;
	int group_exit_code;
	struct task_struct *group_exec_task; /* the thread that execs, while the others end */
};

/*
 * 60700e38fb68 ("signal: Rename group_exit_task group_exec_task"), 5.17. Before it the field was
 * also set to the thread that dumps core. May go when 5.10 is no longer supported.
 */
struct signal_struct___before_5_17 {
	struct task_struct *group_exit_task;
};

/* Indices of counters of memory: include/linux/mm_types_task.h. */
enum { ANONYMOUS_PAGES = 1, SHARED_PAGES = 3, PAGE_COUNTERS };

struct percpu_counter {
	long long count;
};

struct mm_struct {
	unsigned long locked_vm; /* pages; with them what type 1 pins */
	struct {
		long long counter;
	} pinned_vm; /* pages that iommufd pins */
	struct {
		long counter;
	} hugetlb_usage; /* pages of hugetlbfs, in small pages; with CONFIG_HUGETLB_PAGE */
	struct percpu_counter rss_stat[PAGE_COUNTERS];
};

/*
 * f1a7941243c1 ("mm: convert mm's rss stats into percpu_counter"), 6.2. Before it, a task kept what
 * it had not added yet. May go when 6.1 is no longer supported.
 */
struct mm_rss_stat {
	struct {
		long counter;
	} count[PAGE_COUNTERS];
};

struct mm_struct___before_6_2 {
	struct mm_rss_stat rss_stat;
};

struct task_rss_stat {
	int count[PAGE_COUNTERS];
};

struct task_struct___before_6_2 {
	struct task_rss_stat rss_stat;
};

struct task_struct {
	struct signal_struct *signal;
	struct mm_struct *mm;
	unsigned long min_flt;
	unsigned long maj_flt;
	unsigned long long start_time; /* CLOCK_MONOTONIC */
	unsigned int flags;
	struct task_struct *group_leader;
	int pid;
	int tgid;
	unsigned int __state;
	char comm[COMM_LENGTH];
};

struct mutex {
	struct {
		long counter;
	} owner;
};

/*
 * With CONFIG_PREEMPT_RT: bb630f9f7a7d ("locking/rtmutex: Add mutex variant for RT"), 5.15. The
 * mutex and the rt_mutex_base have the same address, which the contention tracepoints name.
 */
struct rt_mutex_base {
	struct task_struct *owner;
};

struct mutex___rt {
	struct rt_mutex_base rtmutex;
};

struct rw_semaphore { /* with CONFIG_PREEMPT_RT an rwbase_rt, which has no owner */
	struct {
		long counter;
	} owner;
};

struct kobject {
	const char *name;
};

struct bus_type {
	const char *name;
};

struct device {
	struct kobject kobj;
	struct bus_type *bus;
	struct mutex mutex;
};

struct pci_dev {
	struct device dev;
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
};

struct vm_fault {
	struct vm_area_struct *vma;
};

struct file {
	void *private_data;
};

struct vfio_device_set {
	struct mutex lock;
};

struct iommufd_ctx;

struct vfio_group {
	/*
	 * c82e81ab2569 ("vfio: Change vfio_group->group_rwsem to a mutex"), 6.1: before it there
	 * are no waits to be seen. The test for it may go when 5.10 is no longer supported.
	 */
	struct mutex group_lock;
	/*
	 * The iommufd that is its container; with CONFIG_IOMMUFD since 2a3dab19a046 ("vfio-iommufd:
	 * Allow iommufd to be used in place of a container fd"), 6.2.
	 */
	struct iommufd_ctx *iommufd;
};

struct vfio_device {
	struct device *dev;
	struct vfio_device_set *dev_set;
	struct vfio_group *group;
};

/*
 * Between a device's file and its vfio_device since b1a3b5c61d27 ("vfio: Allocate per device file
 * structure"), 6.6. Before it the file's private_data is the vfio_device itself: that may go when
 * 6.1 is no longer supported.
 */
struct vfio_device_file {
	struct vfio_device *device;
	struct vfio_group *group; /* through which it was opened; NULL if by its own node */
	__u8 access_granted;	  /* the device is open; a bool in earlier kernels */
};

/* drivers/iommu/iommufd/io_pagetable.h, since 51fe6141f0f6 ("iommufd: Data structure to provide
 * IOVA to PFN mapping"), 6.2. */
struct interval_tree_node {
	unsigned long start;
	unsigned long last;
};

struct iopt_area {
	struct interval_tree_node node;	     /* of addresses of devices; both ends included */
	struct iommu_domain *storage_domain; /* NULL: it is mapped for no device */
};

struct iopt_pages {
	unsigned long npinned;
};

struct vfio_dma {
	unsigned long size;
};

struct module {
	char name[56]; /* MODULE_NAME_LEN; read by its beginning only */
};

struct kernel_siginfo {
	int si_code;
};

#pragma clang attribute pop

/* include/linux/sched.h */
#define PF_EXITING    0x00000004
#define PF_FORKNOEXEC 0x00000040
#define PF_KTHREAD    0x00200000

#define SIGNAL_GROUP_EXIT 0x00000004 /* include/linux/sched/signal.h */

/*
 * 2f824d4d197e ("signal: Remove SIGNAL_GROUP_COREDUMP"), 5.17; in 7.2 no other flag has its
 * value. May go when 5.10 is no longer supported.
 */
#define SIGNAL_GROUP_COREDUMP 0x00000008

/* The low bits of an owner are flags: MUTEX_FLAGS in kernel/locking/mutex.h, and with
 * CONFIG_PREEMPT_RT RT_MUTEX_HAS_WAITERS in rtmutex_common.h. */
#define MUTEX_FLAGS	     0x07UL
#define RT_MUTEX_HAS_WAITERS 0x01UL

static __always_inline bool mutexes_are_rt(void)
{
	return bpf_core_field_exists(struct mutex___rt, rtmutex);
}

/* The holder; NULL if the mutex is free, or is being handed over. */
static __always_inline struct task_struct *mutex_holder(struct mutex *lock)
{
	unsigned long owner;

	if (mutexes_are_rt()) {
		owner = (unsigned long)BPF_CORE_READ((struct mutex___rt *)lock, rtmutex.owner);
		return (struct task_struct *)(owner & ~RT_MUTEX_HAS_WAITERS);
	}
	owner = BPF_CORE_READ(lock, owner.counter);
	return (struct task_struct *)(owner & ~MUTEX_FLAGS);
}

/*
 * In the owner of an rw-semaphore, kernel/locking/rwsem.c: readers hold it. The thread beside it is
 * the last one that came, and may have left long ago. The next bits tell whether to spin: two
 * before 617f3ef95177 ("locking/rwsem: Remove reader optimistic spinning"), 5.11, one since.
 */
#define RWSEM_READER_OWNED 0x01UL
#define RWSEM_OWNER_FLAGS  0x07UL

/* The thread that holds the rw-semaphore as writer; NULL if there is none, or if it is unknown. */
static __always_inline struct task_struct *rwsem_writer(struct rw_semaphore *lock)
{
	unsigned long owner;

	if (mutexes_are_rt())
		return NULL;
	owner = BPF_CORE_READ(lock, owner.counter);
	if (owner & RWSEM_READER_OWNED)
		return NULL;
	return (struct task_struct *)(owner & ~RWSEM_OWNER_FLAGS);
}

/* What a thread waits for, and for what. */
enum wanted { WANT_NOTHING, WANT_MUTEX, WANT_TO_READ, WANT_TO_WRITE };

/* Flags of lock:contention_begin, include/trace/events/lock.h. */
#define LCB_F_READ  (1U << 1)
#define LCB_F_WRITE (1U << 2)
#define LCB_F_RT    (1U << 3)
#define LCB_F_MUTEX (1U << 5)

/*
 * What the current thread begins to wait for. An rw-semaphore has one flag only: locks that spin
 * and those per CPU have another one as well.
 *
 * With CONFIG_PREEMPT_RT only that a lock is made of an rt_mutex is told, as spin locks are too;
 * for those a thread waits in a state of its own: cd781d0ce8cb ("sched/wakeup: Introduce the
 * TASK_RTLOCK_WAIT state bit"), 5.15. A writer that waits for readers is in its state by then; a
 * reader is not, and a writer that waits for a writer comes without a flag: both then wait for the
 * rt_mutex inside the rw-semaphore, like for a mutex.
 */
#define TASK_RTLOCK_WAIT 0x00001000 /* include/linux/sched.h */

static __always_inline enum wanted wanted_lock(unsigned int contention_flags)
{
	struct task_struct *task;

	if (!mutexes_are_rt()) {
		if (contention_flags & LCB_F_MUTEX)
			return WANT_MUTEX;
		return contention_flags == LCB_F_READ	 ? WANT_TO_READ
		       : contention_flags == LCB_F_WRITE ? WANT_TO_WRITE
							 : WANT_NOTHING;
	}
	if (contention_flags != LCB_F_RT && contention_flags != (LCB_F_RT | LCB_F_WRITE))
		return WANT_NOTHING;
	task = (void *)bpf_get_current_task();
	if (BPF_CORE_READ(task, __state) == TASK_RTLOCK_WAIT)
		return WANT_NOTHING;
	return contention_flags == LCB_F_RT ? WANT_MUTEX : WANT_TO_WRITE;
}

static __always_inline struct vfio_device *vfio_device_of(struct file *file)
{
	void *private_data = BPF_CORE_READ(file, private_data);

	if (bpf_core_type_exists(struct vfio_device_file))
		return BPF_CORE_READ((struct vfio_device_file *)private_data, device);
	return private_data;
}

/*
 * Whether the file has its device open. One opened by its own node does not before it is bound to
 * an iommufd: 5fcc26969a16 ("vfio: Add VFIO_DEVICE_BIND_IOMMUFD"), 6.6. May go with the older
 * branch above.
 */
static __always_inline bool has_device_open(struct file *file)
{
	void *private_data = BPF_CORE_READ(file, private_data);

	if (!bpf_core_field_exists(struct vfio_device_file, access_granted))
		return true;
	return BPF_CORE_READ((struct vfio_device_file *)private_data, access_granted);
}

/* The mutex that serialises open, close and reset of everything in the device's dev_set. */
static __always_inline struct mutex *dev_set_lock(struct vfio_device *device)
{
	struct vfio_device_set *set = BPF_CORE_READ(device, dev_set);

	return set ? (void *)set + bpf_core_field_offset(struct vfio_device_set, lock) : NULL;
}

/* The mutex that a device opened through its group takes before the dev_set's; NULL if there is
 * none. */
static __always_inline struct mutex *group_lock(struct vfio_device *device)
{
	struct vfio_group *group;

	if (!bpf_core_field_exists(struct vfio_group, group_lock) ||
	    !bpf_core_field_exists(struct vfio_device, group))
		return NULL;
	group = BPF_CORE_READ(device, group);
	return group ? (void *)group + bpf_core_field_offset(struct vfio_group, group_lock) : NULL;
}

/* Whether the group's container is an iommufd, which emulates type 1. */
static __always_inline bool has_iommufd(struct vfio_group *group)
{
	return bpf_core_field_exists(struct vfio_group, iommufd) && group &&
	       BPF_CORE_READ(group, iommufd);
}

/*
 * The same for a device's file. It holds its group open, which keeps its container as long. Between
 * 6.2 and 6.6 a device cannot be opened but through its group.
 */
static __always_inline bool has_iommufd_as_container(struct file *file)
{
	void *private_data = BPF_CORE_READ(file, private_data);

	if (!bpf_core_field_exists(struct vfio_group, iommufd))
		return false;
	if (bpf_core_field_exists(struct vfio_device_file, group))
		return has_iommufd(BPF_CORE_READ((struct vfio_device_file *)private_data, group));
	return has_iommufd(BPF_CORE_READ(vfio_device_of(file), group));
}

/*
 * Before 2cd8b14aaa66 ("vfio/pci: Move to the device set infrastructure"), 5.15, each
 * vfio_pci_device points to a reflck, which all devices of a bus or slot share. There is no BTF for
 * modules before 36e68442d1af ("bpf: Load and verify kernel module BTFs"), 5.11, so its place is
 * not known; but its shape is, and we look for a pointer to something of that shape. All of it,
 *down to vfio_pci_dev(), may go when 5.10 is no longer supported.
 *
 *	struct vfio_pci_reflck { struct kref kref; struct mutex lock; };
 */
struct vfio_pci_device; /* its first member is the struct pci_dev * */

struct list_shape {
	struct list_shape *next;
	struct list_shape *prev;
};

struct reflck_shape {
	unsigned int refcount;
	unsigned int padding;
	long owner;
	unsigned int wait_lock;
	unsigned int osq;
	struct list_shape wait_list;
};

#define REFLCK_MAX_DEVICES  4096
#define REFLCK_SEARCH_BYTES 512

/* A plausible count of devices, and behind it a mutex whose list of waiters is consistent. */
static __always_inline bool is_reflck(struct reflck_shape *candidate)
{
	struct list_shape *wait_list = &candidate->wait_list;
	struct list_shape *back = NULL;
	struct reflck_shape shape;

	if (bpf_probe_read_kernel(&shape, sizeof(shape), candidate))
		return false;
	if (!shape.refcount || shape.refcount > REFLCK_MAX_DEVICES || shape.padding)
		return false;
	if (bpf_probe_read_kernel(&back, sizeof(back), &shape.wait_list.next->prev))
		return false;
	return back == wait_list;
}

static __always_inline struct mutex *reflck_lock(struct vfio_pci_device *vdev)
{
	struct reflck_shape *candidate;

	for (int offset = sizeof(void *); offset < REFLCK_SEARCH_BYTES; offset += sizeof(void *)) {
		if (bpf_probe_read_kernel(&candidate, sizeof(candidate), (void *)vdev + offset))
			return NULL;
		if (is_reflck(candidate))
			return (struct mutex *)&candidate->owner;
	}
	return NULL;
}

static __always_inline struct device *vfio_pci_dev(struct vfio_pci_device *vdev)
{
	struct pci_dev *pdev = NULL;

	bpf_probe_read_kernel(&pdev, sizeof(pdev), vdev);
	return (void *)pdev + bpf_core_field_offset(struct pci_dev, dev);
}

/*
 * A mapping of type 1, where the module has no type information, as above: its first members on
 * 5.10. May go with that.
 */
struct vfio_dma_shape {
	unsigned long node[3]; /* struct rb_node */
	__u64 iova;
	unsigned long vaddr;
	unsigned long size;
};

static __always_inline __u64 dma_bytes(struct vfio_dma *dma)
{
	struct vfio_dma_shape *shape = (void *)dma;
	unsigned long size = 0;

	if (bpf_core_field_exists(struct vfio_dma, size))
		return BPF_CORE_READ(dma, size);
	bpf_probe_read_kernel(&size, sizeof(size), &shape->size);
	return size;
}

static __always_inline __u64 area_bytes(struct iopt_area *area)
{
	return BPF_CORE_READ(area, node.last) - BPF_CORE_READ(area, node.start) + 1;
}

/* dev_name(): for a PCI function "domain:bus:slot.function". */
static __always_inline void read_device_name(struct device *dev, char name[DEVICE_LENGTH])
{
	bpf_probe_read_kernel_str(name, DEVICE_LENGTH, BPF_CORE_READ(dev, kobj.name));
}

static __always_inline void read_pci_name(struct pci_dev *pdev, char name[DEVICE_LENGTH])
{
	read_device_name((void *)pdev + bpf_core_field_offset(struct pci_dev, dev), name);
}

/* device_lock() */
static __always_inline struct mutex *pci_device_lock(struct pci_dev *pdev)
{
	return (void *)pdev + bpf_core_field_offset(struct pci_dev, dev) +
	       bpf_core_field_offset(struct device, mutex);
}

static __always_inline bool is_pci(struct device *dev)
{
	char bus[5] = {};

	bpf_probe_read_kernel_str(bus, sizeof(bus), BPF_CORE_READ(dev, bus, name));
	return bus[0] == 'p' && bus[1] == 'c' && bus[2] == 'i' && !bus[3];
}

/* vfio, vfio_pci, vfio_pci_core, vfio_iommu_type1, iommufd, kvm, … */
static __always_inline bool is_watched_module(struct module *module)
{
	char name[6] = {};

	bpf_core_read_str(name, sizeof(name), &module->name);
	return (name[0] == 'v' && name[1] == 'f' && name[2] == 'i' && name[3] == 'o') ||
	       (name[0] == 'k' && name[1] == 'v' && name[2] == 'm') ||
	       (name[0] == 'i' && name[1] == 'o' && name[2] == 'm' && name[3] == 'm' &&
		name[4] == 'u');
}

/*
 * "FLR", "AF_FLR", "PM D3->D0" or "PM D3hot->D0", "bus reset": what callers of pci_dev_wait say.
 * The compiler inlines pci_pm_reset in Debian's 5.10, where nothing else tells the method.
 */
static __always_inline enum reset_step step_of_reset_type(const char *reset_type)
{
	char word[3] = {};

	bpf_probe_read_kernel_str(word, sizeof(word), reset_type);
	if (word[0] == 'F' && word[1] == 'L')
		return RESET_FLR;
	if (word[0] == 'A' && word[1] == 'F')
		return RESET_AF_FLR;
	if (word[0] == 'P' && word[1] == 'M')
		return RESET_PM;
	return 0;
}

/* When a thread execs, the other threads end as in an exit, but the process goes on. */
static __always_inline bool is_exec(struct task_struct *task)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);

	if (BPF_CORE_READ(signal, flags) & (SIGNAL_GROUP_EXIT | SIGNAL_GROUP_COREDUMP))
		return false;
	if (bpf_core_field_exists(signal->group_exec_task))
		return BPF_CORE_READ(signal, group_exec_task);
	return BPF_CORE_READ((struct signal_struct___before_5_17 *)signal, group_exit_task);
}

/*
 * The exit code of a process. If it is decided already, do_group_exit uses that instead of its
 * argument, which is then SIGKILL whatever the signal was.
 */
static __always_inline int exit_code_of(struct task_struct *task, int argument)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);

	if (BPF_CORE_READ(signal, flags) & (SIGNAL_GROUP_EXIT | SIGNAL_GROUP_COREDUMP))
		return BPF_CORE_READ(signal, group_exit_code);
	return argument;
}

/* When a process began that runs its parent's program; 0 if it runs one of its own. */
static __always_inline __u64 forked_ns(struct task_struct *leader)
{
	return BPF_CORE_READ(leader, flags) & PF_FORKNOEXEC ? BPF_CORE_READ(leader, start_time) : 0;
}

/* Pages of the process's memory that the kernel holds in place: locked, or pinned for devices. */
static __always_inline __u64 pinned_pages(struct task_struct *task)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);

	return mm ? BPF_CORE_READ(mm, locked_vm) + BPF_CORE_READ(mm, pinned_vm.counter) : 0;
}

/*
 * Pages of the process's memory that are there, in small pages. Indices of relocated arrays must be
 * constants, also before functions are inlined.
 */
static __always_inline __u64 resident_pages(struct task_struct *task)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	struct mm_struct___before_6_2 *older_mm = (void *)mm;
	struct task_struct___before_6_2 *older_task = (void *)task;
	__u64 pages = 0;

	if (!mm)
		return 0;
	if (bpf_core_field_exists(mm->hugetlb_usage))
		pages = BPF_CORE_READ(mm, hugetlb_usage.counter);
	if (!bpf_core_type_exists(struct mm_rss_stat))
		return pages + BPF_CORE_READ(mm, rss_stat[ANONYMOUS_PAGES].count) +
		       BPF_CORE_READ(mm, rss_stat[SHARED_PAGES].count);
	return pages + BPF_CORE_READ(older_mm, rss_stat.count[ANONYMOUS_PAGES].counter) +
	       BPF_CORE_READ(older_mm, rss_stat.count[SHARED_PAGES].counter) +
	       BPF_CORE_READ(older_task, rss_stat.count[ANONYMOUS_PAGES]) +
	       BPF_CORE_READ(older_task, rss_stat.count[SHARED_PAGES]);
}

/* Pages that were not there when the thread, or the kernel for it, needed them. */
static __always_inline __u64 page_faults(struct task_struct *task)
{
	return BPF_CORE_READ(task, min_flt) + BPF_CORE_READ(task, maj_flt);
}

static __always_inline bool is_exiting(struct task_struct *task)
{
	return BPF_CORE_READ(task, flags) & PF_EXITING;
}

/* The kernel closes the last descriptor of some files in threads of its own: what was left in a
 * socket that nobody has, in an io_uring, or was let go by the kernel itself. */
static __always_inline bool is_kernel_thread(struct task_struct *task)
{
	return BPF_CORE_READ(task, flags) & PF_KTHREAD;
}

#endif
