// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * How a virtual machine, or another user of devices, starts: from its first contact with VFIO to
 * the first run of a vCPU. Device opens are in release.bpf.c.
 */
#include "unmapping.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* include/uapi/linux/kvm.h, include/uapi/linux/vfio.h */
#define KVM_CREATE_VM	     0xae01
#define VFIO_IOMMU_MAP_DMA   0x3b71
#define VFIO_IOMMU_UNMAP_DMA 0x3b72

#define VFIO_DMA_UNMAP_FLAG_ALL 0x2

struct vfio_iommu_type1_dma_map {
	__u32 argsz;
	__u32 flags;
	__u64 vaddr;
	__u64 iova;
	__u64 size;
};

struct vfio_iommu_type1_dma_unmap {
	__u32 argsz;
	__u32 flags;
	__u64 iova;
	__u64 size;
};

/* sched:sched_process_exec(struct task_struct *p, pid_t old_pid, struct linux_binprm *bprm) */
SEC("raw_tp")
int BPF_PROG(sched_process_exec)
{
	__u32 tgid = current_tgid();
	__u64 now_ns = bpf_ktime_get_ns();

	bpf_map_update_elem(&execs, &tgid, &now_ns, BPF_ANY);
	return 0;
}

/* int vfio_fops_open(struct inode *, struct file *), int iommufd_fops_open(the same) */
SEC("kprobe")
int BPF_KPROBE(contact_kprobe)
{
	contact(0);
	return 0;
}

SEC("fentry")
int BPF_PROG(contact_fentry)
{
	contact(0);
	return 0;
}

static __always_inline int start_event(enum start_step step, enum event_edge edge)
{
	struct event *event = event_reserve(EVENT_START, edge);

	if (!event)
		return 0;
	event->subtype = step;
	event_submit(event);
	return 0;
}

/* long kvm_dev_ioctl(struct file *, unsigned int ioctl, unsigned long arg) */
static __always_inline int vm_created(unsigned int ioctl)
{
	__u32 tgid = current_tgid();
	__u8 present = 1;
	int error;

	if (ioctl != KVM_CREATE_VM)
		return 0;
	__sync_fetch_and_add(&under_way.vms, 1);
	error = bpf_map_update_elem(&new_vms, &tgid, &present, BPF_NOEXIST);
	if (error) {
		__sync_fetch_and_add(&under_way.vms, -1);
		if (error != -EEXIST)
			count_fault(FAULT_TRACKED_FULL);
		return 0;
	}
	return is_starting(tgid) ? start_event(START_VM, EDGE_INSTANT) : 0;
}

SEC("kprobe")
int BPF_KPROBE(vm_created_kprobe, struct file *file, unsigned int ioctl)
{
	return vm_created(ioctl);
}

SEC("fentry")
int BPF_PROG(vm_created_fentry, struct file *file, unsigned int ioctl)
{
	return vm_created(ioctl);
}

/*
 * int kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *): called whenever a vCPU goes on after an exit to
 * user space, so that all but the first calls must cost next to nothing.
 */
static __always_inline int vcpu_runs(void)
{
	__u8 runs = TRACKED_RUNS;
	__u32 tgid;

	if (!under_way.vms)
		return 0;
	tgid = current_tgid();
	if (!remove_new_vm(tgid) || !is_starting(tgid))
		return 0;
	tell_bars();
	bpf_map_update_elem(&tracked, &tgid, &runs, BPF_EXIST);
	return start_event(START_RUN, EDGE_INSTANT);
}

SEC("kprobe")
int BPF_KPROBE(vcpu_runs_kprobe)
{
	return vcpu_runs();
}

SEC("fentry")
int BPF_PROG(vcpu_runs_fentry)
{
	return vcpu_runs();
}

/* Not of virtual machines that run: one with an IOMMU of its own maps all the time. */
static __always_inline int dma_begin(__u64 bytes)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 tid = current_tid();
	struct mapping mapping = {};
	struct event *event;
	int error;

	if (!under_way.processes || !is_starting(current_tgid()))
		return 0;
	mapping.bytes = bytes;
	mapping.pinned = pinned_pages(task);
	mapping.resident = resident_pages(task);
	mapping.faults = page_faults(task);
	/* Before it is in the map, so that it is never there uncounted. */
	__sync_fetch_and_add(&under_way.mappings, 1);
	error = bpf_map_update_elem(&mappings, &tid, &mapping, BPF_NOEXIST);
	if (error) {
		__sync_fetch_and_add(&under_way.mappings, -1);
		if (error != -EEXIST) /* else a part of the one that this thread is in */
			count_fault(FAULT_SPANS_FULL);
		return 0;
	}
	event = event_reserve(EVENT_START, EDGE_BEGIN);
	if (!event)
		return 0;
	event->subtype = START_DMA;
	event->bytes = bytes;
	event_submit(event);
	return 0;
}

/* Bytes. A thread that unmaps meanwhile may make it less than before. */
static __always_inline __u64 small_pages_since(__u64 before, __u64 after)
{
	return after > before ? (after - before) * settings.page_size : 0;
}

static __always_inline int dma_end(int result)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 tid = current_tid();
	struct mapping *found, mapping;
	struct event *event;

	tell_bars();
	if (!under_way.mappings)
		return 0;
	found = bpf_map_lookup_elem(&mappings, &tid);
	if (!found)
		return 0;
	mapping = *found;
	remove_mapping(tid);
	event = event_reserve(EVENT_START, EDGE_END);
	if (!event)
		return 0;
	event->subtype = START_DMA;
	event->value = result;
	event->mapped.bytes = mapping.bytes;
	event->mapped.pinned = small_pages_since(mapping.pinned, pinned_pages(task));
	event->mapped.faults = page_faults(task) - mapping.faults;
	event->mapped.faulted = small_pages_since(mapping.resident, resident_pages(task));
	event_submit(event);
	return 0;
}

static __always_inline int unmap_type1_begin(const void *arg)
{
	struct vfio_iommu_type1_dma_unmap range = {};

	bpf_probe_read_user(&range, sizeof(range), arg);
	return unmap_by_ioctl_begin(range.flags & VFIO_DMA_UNMAP_FLAG_ALL ? ~0ULL : range.size);
}

/* long vfio_iommu_type1_ioctl(void *iommu_data, unsigned int cmd, unsigned long arg) */
static __always_inline int dma_type1_begin(unsigned int cmd, const void *arg)
{
	struct vfio_iommu_type1_dma_map map = {};

	if (!under_way.processes)
		return 0;
	if (cmd == VFIO_IOMMU_UNMAP_DMA)
		return unmap_type1_begin(arg);
	if (cmd != VFIO_IOMMU_MAP_DMA)
		return 0;
	bpf_probe_read_user(&map, sizeof(map), arg);
	return dma_begin(map.size);
}

static __always_inline int dma_type1_end(long result)
{
	unmap_by_ioctl_end();
	return dma_end(result);
}

SEC("kprobe")
int BPF_KPROBE(dma_type1_kprobe, void *iommu, unsigned int cmd, unsigned long arg)
{
	return dma_type1_begin(cmd, (const void *)arg);
}

SEC("fentry")
int BPF_PROG(dma_type1_fentry, void *iommu, unsigned int cmd, unsigned long arg)
{
	return dma_type1_begin(cmd, (const void *)arg);
}

SEC("kretprobe")
int BPF_KRETPROBE(dma_type1_kretprobe, long result)
{
	return dma_type1_end(result);
}

SEC("fexit")
int BPF_PROG(dma_type1_fexit, void *iommu, unsigned int cmd, unsigned long arg, long result)
{
	return dma_type1_end(result);
}

/* int iopt_map_user_pages(struct iommufd_ctx *, struct io_pagetable *, unsigned long *iova, void
 * __user *, unsigned long length, …): for an iommufd, also one that is a container */
SEC("kprobe")
int BPF_KPROBE(dma_iommufd_kprobe, void *ictx, void *iopt, void *iova, void *address,
	       unsigned long length)
{
	return dma_begin(length);
}

SEC("fentry")
int BPF_PROG(dma_iommufd_fentry, void *ictx, void *iopt, void *iova, void *address,
	     unsigned long length)
{
	return dma_begin(length);
}

SEC("kretprobe")
int BPF_KRETPROBE(dma_iommufd_kretprobe, int result)
{
	return dma_end(result);
}

SEC("fexit")
int BPF_PROG(dma_iommufd_fexit, void *ictx, void *iopt, void *iova, void *address,
	     unsigned long length, int prot, unsigned int flags, int result)
{
	return dma_end(result);
}

/*
 * int iopt_map_file_pages(struct iommufd_ctx *, …): memory of a file. int
 * iopt_table_add_domain(struct io_pagetable *, struct iommu_domain *): a device comes to an address
 * space, and what is mapped there is pinned and mapped for it. How much they pin is counted.
 */
#define DMA_PROBES(name)                                                                           \
	SEC("kprobe") int BPF_KPROBE(name##_kprobe)                                                \
	{                                                                                          \
		return dma_begin(0);                                                               \
	}                                                                                          \
	SEC("kretprobe") int BPF_KRETPROBE(name##_kretprobe, int result)                           \
	{                                                                                          \
		return dma_end(result);                                                            \
	}

DMA_PROBES(dma_file)
DMA_PROBES(dma_domain)

SEC("fentry")
int BPF_PROG(dma_file_fentry)
{
	return dma_begin(0);
}

SEC("fexit")
int BPF_PROG(dma_file_fexit, void *ictx, void *iopt, void *iova, int fd, unsigned long start,
	     unsigned long length, int prot, unsigned int flags, int result)
{
	return dma_end(result);
}

SEC("fentry")
int BPF_PROG(dma_domain_fentry)
{
	return dma_begin(0);
}

SEC("fexit")
int BPF_PROG(dma_domain_fexit, void *iopt, void *domain, int result)
{
	return dma_end(result);
}

static __always_inline int start_part(enum start_step step, enum event_edge edge)
{
	if (edge == EDGE_END)
		tell_bars();
	return under_way.processes && is_starting(current_tgid()) ? start_event(step, edge) : 0;
}

STEP_PROBES(interrupts, start_part, START_INTERRUPTS)
STEP_PROBES(kvm_slot, start_part, START_KVM_MEMORY)
