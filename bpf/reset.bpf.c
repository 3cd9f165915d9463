// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * PCI resets, step by step. They are rare, so all are reported, also those outside a release or
 * open (a VM resets its devices when it starts). User space nests them by thread.
 */
#include "probes.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* The event comes last: the verifier of 5.10 refuses one that may be NULL across other calls (seen
 * in the lab; may go when 5.10 is no longer supported). */
static __always_inline struct event *step_begin(void *ctx, enum reset_step step,
						struct pci_dev *pdev)
{
	struct begin begin;
	struct event *event;
	__u64 key;
	int error;

	if (!control.capturing)
		return NULL;
	key = step_key(current_tid(), step);
	begin = begin_here(ctx);
	error = bpf_map_update_elem(&reset_begins, &key, &begin, BPF_NOEXIST);
	if (!error) {
		__sync_fetch_and_add(&under_way.resets, 1);
	} else if (error == -EEXIST) { /* its end was missed */
		bpf_map_update_elem(&reset_begins, &key, &begin, BPF_EXIST);
	} else {
		count_fault(FAULT_RESETS_FULL);
		return NULL;
	}
	event = event_reserve(EVENT_RESET, EDGE_BEGIN);
	if (!event)
		return NULL;
	event->subtype = step;
	read_pci_name(pdev, event->device);
	return event;
}

static __always_inline int reset_begin(void *ctx, enum reset_step step, struct pci_dev *pdev,
				       __u8 flags)
{
	struct event *event = step_begin(ctx, step, pdev);

	if (!event)
		return 0;
	event->flags = flags;
	event_submit(event);
	return 0;
}

static __always_inline int reset_end(enum reset_step step, int result)
{
	struct begin *begin;
	struct event *event;
	__s32 stack;
	__u64 key;

	if (!under_way.resets)
		return 0;
	key = step_key(current_tid(), step);
	begin = bpf_map_lookup_elem(&reset_begins, &key);
	if (!begin)
		return 0; /* it began before the capture, or is not followed */
	stack = stack_if_slow(begin);
	reset_remove(key);
	event = event_reserve(EVENT_RESET, EDGE_END);
	if (!event)
		return 0;
	event->subtype = step;
	event->value = result;
	event->stack = stack;
	event_submit(event);
	return 0;
}

/*
 * A program cannot ask which function it is attached to before 7adfc6c9b315 ("bpf: Add
 * bpf_get_attach_cookie() BPF helper to access bpf_cookie value"), 5.15, so each function has its
 * own four: entry and return, as kprobe and as fentry.
 */

/* int (struct pci_dev *) */
#define RESET_FUNCTION_PROBES(name, step)                                                          \
	SEC("kprobe") int BPF_KPROBE(name##_kprobe, struct pci_dev *pdev)                          \
	{                                                                                          \
		return reset_begin(ctx, step, pdev, 0);                                            \
	}                                                                                          \
	SEC("kretprobe") int BPF_KRETPROBE(name##_kretprobe, int result)                           \
	{                                                                                          \
		return reset_end(step, result);                                                    \
	}                                                                                          \
	SEC("fentry") int BPF_PROG(name##_fentry, struct pci_dev *pdev)                            \
	{                                                                                          \
		return reset_begin(ctx, step, pdev, 0);                                            \
	}                                                                                          \
	SEC("fexit") int BPF_PROG(name##_fexit, struct pci_dev *pdev, int result)                  \
	{                                                                                          \
		return reset_end(step, result);                                                    \
	}

/* int (struct pci_dev *, bool probe); before 9bdc81ce440e ("PCI: Change the type of probe
 * argument in reset functions"), 5.15, an int. Its low byte is right for both. */
#define RESET_METHOD_PROBES(name, step)                                                            \
	SEC("kprobe") int BPF_KPROBE(name##_kprobe, struct pci_dev *pdev, int probe)               \
	{                                                                                          \
		return reset_begin(ctx, step, pdev, (__u8)probe ? FLAG_PROBE : 0);                 \
	}                                                                                          \
	SEC("kretprobe") int BPF_KRETPROBE(name##_kretprobe, int result)                           \
	{                                                                                          \
		return reset_end(step, result);                                                    \
	}                                                                                          \
	SEC("fentry") int BPF_PROG(name##_fentry, struct pci_dev *pdev, int probe)                 \
	{                                                                                          \
		return reset_begin(ctx, step, pdev, (__u8)probe ? FLAG_PROBE : 0);                 \
	}                                                                                          \
	SEC("fexit") int BPF_PROG(name##_fexit, struct pci_dev *pdev, int probe, int result)       \
	{                                                                                          \
		return reset_end(step, result);                                                    \
	}

/* (struct pci_dev *, …): further arguments and the result differ between kernels, so stay unread */
#define RESET_WAIT_PROBES(name, step)                                                              \
	SEC("kprobe") int BPF_KPROBE(name##_kprobe, struct pci_dev *pdev)                          \
	{                                                                                          \
		return reset_begin(ctx, step, pdev, 0);                                            \
	}                                                                                          \
	SEC("kretprobe") int BPF_KRETPROBE(name##_kretprobe)                                       \
	{                                                                                          \
		return reset_end(step, 0);                                                         \
	}                                                                                          \
	SEC("fentry") int BPF_PROG(name##_fentry, struct pci_dev *pdev)                            \
	{                                                                                          \
		return reset_begin(ctx, step, pdev, 0);                                            \
	}                                                                                          \
	SEC("fexit") int BPF_PROG(name##_fexit)                                                    \
	{                                                                                          \
		return reset_end(step, 0);                                                         \
	}

RESET_FUNCTION_PROBES(reset_function, RESET_FUNCTION)
RESET_FUNCTION_PROBES(reset_bus, RESET_BUS)
RESET_FUNCTION_PROBES(reset_flr, RESET_FLR)
RESET_METHOD_PROBES(reset_af_flr, RESET_AF_FLR)
RESET_METHOD_PROBES(reset_pm, RESET_PM)
RESET_METHOD_PROBES(reset_device_specific, RESET_DEVICE_SPECIFIC)
RESET_METHOD_PROBES(reset_acpi, RESET_ACPI)
RESET_METHOD_PROBES(reset_cxl_bus, RESET_CXL_BUS)
RESET_METHOD_PROBES(reset_d3cold, RESET_D3COLD)
RESET_FUNCTION_PROBES(reset_iommu_block, RESET_IOMMU_BLOCK)
RESET_WAIT_PROBES(reset_secondary_bus, RESET_SECONDARY_BUS)
RESET_WAIT_PROBES(reset_bridge_wait, RESET_BRIDGE_WAIT)
RESET_WAIT_PROBES(reset_iommu_restore, RESET_IOMMU_RESTORE)

/*
 * pci_dev_wait(struct pci_dev *, char *reset_type, int timeout): the words in its message tell the
 * method, also where the method's own function is inlined (pci_pm_reset on 5.10).
 */
static __always_inline int device_wait_begin(void *ctx, struct pci_dev *pdev,
					     const char *reset_type)
{
	struct event *event = step_begin(ctx, RESET_DEVICE_WAIT, pdev);

	if (!event)
		return 0;
	event->value = step_of_reset_type(reset_type);
	event_submit(event);
	return 0;
}

SEC("kprobe")
int BPF_KPROBE(reset_device_wait_kprobe, struct pci_dev *pdev, const char *reset_type)
{
	return device_wait_begin(ctx, pdev, reset_type);
}

SEC("kretprobe")
int BPF_KRETPROBE(reset_device_wait_kretprobe)
{
	return reset_end(RESET_DEVICE_WAIT, 0);
}

SEC("fentry")
int BPF_PROG(reset_device_wait_fentry, struct pci_dev *pdev, const char *reset_type)
{
	return device_wait_begin(ctx, pdev, reset_type);
}

SEC("fexit")
int BPF_PROG(reset_device_wait_fexit)
{
	return reset_end(RESET_DEVICE_WAIT, 0);
}

/*
 * The locks that a release, open or user reset only tries to take for a reset: those of the device,
 * and of a bridge above it. If one is held, the reset is left out.
 */
static __always_inline int trylock_begin(struct pci_dev *pdev)
{
	struct span *span;

	if (!under_way.spans)
		return 0;
	span = current_span();
	if (span)
		span->trying = (__u64)pdev;
	return 0;
}

/*
 * The innermost that knows tells it. The holder is unknown if it let go meanwhile, or if it is
 * access to the configuration space that somebody has, which has no owner.
 */
static __always_inline int trylock_end(bool got, bool device_lock_is_next)
{
	struct task_struct *holder;
	struct pci_dev *pdev;
	struct event *event;
	struct mutex *lock;
	struct span *span;

	if (!under_way.spans)
		return 0;
	span = current_span();
	if (!span || !span->trying)
		return 0;
	pdev = (struct pci_dev *)span->trying;
	lock = pci_device_lock(pdev);
	holder = mutex_holder(lock);
	if ((__u64)holder == bpf_get_current_task())
		holder = NULL;
	if (got && !(device_lock_is_next && holder))
		return 0;
	span->trying = 0;
	event = event_reserve(EVENT_LOCK_WAIT, EDGE_INSTANT);
	if (!event)
		return 0;
	event->lock = (__u64)lock;
	read_pci_name(pdev, event->device);
	if (holder)
		describe_peer(&event->peer, holder);
	event_submit(event);
	return 0;
}

/* int or bool (struct pci_dev *); whether it got what it tried, from its result */
#define TRYLOCK_PROBES(name, got, device_lock_is_next)                                             \
	SEC("kprobe") int BPF_KPROBE(name##_kprobe, struct pci_dev *pdev)                          \
	{                                                                                          \
		return trylock_begin(pdev);                                                        \
	}                                                                                          \
	SEC("kretprobe") int BPF_KRETPROBE(name##_kretprobe, int result)                           \
	{                                                                                          \
		return trylock_end(got, device_lock_is_next);                                      \
	}                                                                                          \
	SEC("fentry") int BPF_PROG(name##_fentry, struct pci_dev *pdev)                            \
	{                                                                                          \
		return trylock_begin(pdev);                                                        \
	}                                                                                          \
	SEC("fexit") int BPF_PROG(name##_fexit, struct pci_dev *pdev, int result)                  \
	{                                                                                          \
		return trylock_end(got, device_lock_is_next);                                      \
	}

/* pci_dev_trylock: the device's lock, then access to the configuration space */
TRYLOCK_PROBES(trylock_device, (__u8)result, false)

/* pci_try_reset_function, into which the compiler inlines it */
TRYLOCK_PROBES(trylock_reset, result != -EAGAIN, false)

/*
 * pci_cfg_access_trylock: that access. It came first, and then the device's lock, before
 * a91ee0e9fca9
 * ("PCI: Avoid pci_dev_lock() AB/BA deadlock with sriov_numvfs_store()"), 5.19; in 5.10 vfio-pci
 * does both itself. That the lock comes next may go when 5.10 is no longer supported.
 */
TRYLOCK_PROBES(trylock_config, (__u8)result, true)
