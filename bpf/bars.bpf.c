// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * Page faults that put parts of devices' BARs into a process's page tables: of the program that
 * touches one, of KVM for a vCPU that does, and inside a mapping for DMA. There may be millions, so
 * they are added up for each process; tell_bars() tells the sums.
 */
#include "probes.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define VM_FAULT_NOPAGE 0x100 /* include/linux/mm_types.h: the handler has mapped it itself */

#define GIANT_PAGE (1ULL << 30)

/*
 * A handler may go on as another one, by a jump: vfio_pci_mmap_page_fault() does. The later begin
 * then replaces the earlier one, and the first of both returns ends it.
 */
static __always_inline int fault_begin(__u64 bytes, __u64 page)
{
	struct bar_fault fault = {.time_ns = bpf_ktime_get_ns(), .bytes = bytes, .page = page};
	__u32 tid = current_tid();
	int error;

	/* Before it is in the map, so that it is never there uncounted. */
	__sync_fetch_and_add(&under_way.faulting, 1);
	error = bpf_map_update_elem(&faulting, &tid, &fault, BPF_NOEXIST);
	if (!error)
		return 0;
	__sync_fetch_and_add(&under_way.faulting, -1);
	if (error == -EEXIST)
		bpf_map_update_elem(&faulting, &tid, &fault, BPF_EXIST);
	else
		count_fault(FAULT_SPANS_FULL);
	return 0;
}

/* The sums of a process; NULL if there is no room. */
static __always_inline struct bar_faults *sums_of(__u32 tgid)
{
	struct bar_faults *sums = bpf_map_lookup_elem(&bars, &tgid);
	struct bar_faults none = {};
	int error;

	if (sums)
		return sums;
	__sync_fetch_and_add(&under_way.bars, 1);
	error = bpf_map_update_elem(&bars, &tgid, &none, BPF_NOEXIST);
	if (error)
		__sync_fetch_and_add(&under_way.bars, -1);
	if (error && error != -EEXIST)
		count_fault(FAULT_SPANS_FULL);
	return bpf_map_lookup_elem(&bars, &tgid);
}

static __always_inline int fault_end(unsigned int result)
{
	struct bar_fault *found, fault;
	__u32 tid = current_tid();
	struct bar_faults *sums;

	if (!under_way.faulting)
		return 0;
	found = bpf_map_lookup_elem(&faulting, &tid);
	if (!found)
		return 0;
	fault = *found;
	remove_bar_fault(tid);
	sums = sums_of(current_tgid());
	if (!sums)
		return 0;
	/* Atomic: all threads of the process add. What failed took time, too. */
	__sync_fetch_and_add(&sums->time_ns, bpf_ktime_get_ns() - fault.time_ns);
	if (!(result & VM_FAULT_NOPAGE))
		return 0;
	__sync_fetch_and_add(&sums->faults, 1);
	if (fault.page >= GIANT_PAGE)
		__sync_fetch_and_add(&sums->giant, fault.bytes);
	else if (fault.page > settings.page_size)
		__sync_fetch_and_add(&sums->large, fault.bytes);
	else
		__sync_fetch_and_add(&sums->small, fault.bytes);
	return 0;
}

static __always_inline bool is_of_tracked(void)
{
	return under_way.processes && control.capturing && is_tracked(current_tgid());
}

/* One page, of the smallest size for 0. */
static __always_inline int page_begin(unsigned int order)
{
	__u64 page = settings.page_size << (order & 31);

	return is_of_tracked() ? fault_begin(page, page) : 0;
}

/* The first fault maps all of the area, in small pages. */
static __always_inline int area_begin(struct vm_fault *vmf)
{
	struct vm_area_struct *vma;

	if (!is_of_tracked())
		return 0;
	vma = BPF_CORE_READ(vmf, vma);
	return fault_begin(BPF_CORE_READ(vma, vm_end) - BPF_CORE_READ(vma, vm_start),
			   settings.page_size);
}

/* vm_fault_t vfio_pci_mmap_huge_fault(struct vm_fault *, unsigned int order) */
SEC("kprobe")
int BPF_KPROBE(bar_huge_kprobe, void *vmf, unsigned int order)
{
	return page_begin(order);
}

SEC("kretprobe")
int BPF_KRETPROBE(bar_huge_kretprobe, unsigned int result)
{
	return fault_end(result);
}

SEC("fentry")
int BPF_PROG(bar_huge_fentry, void *vmf, unsigned int order)
{
	return page_begin(order);
}

SEC("fexit")
int BPF_PROG(bar_huge_fexit, void *vmf, unsigned int order, unsigned int result)
{
	return fault_end(result);
}

/* vm_fault_t vfio_pci_mmap_page_fault(struct vm_fault *) */
SEC("kprobe")
int BPF_KPROBE(bar_page_kprobe)
{
	return page_begin(0);
}

SEC("kretprobe")
int BPF_KRETPROBE(bar_page_kretprobe, unsigned int result)
{
	return fault_end(result);
}

SEC("fentry")
int BPF_PROG(bar_page_fentry)
{
	return page_begin(0);
}

SEC("fexit")
int BPF_PROG(bar_page_fexit, void *vmf, unsigned int result)
{
	return fault_end(result);
}

/* vm_fault_t vfio_pci_mmap_fault(struct vm_fault *) */
SEC("kprobe")
int BPF_KPROBE(bar_area_kprobe, struct vm_fault *vmf)
{
	return area_begin(vmf);
}

SEC("kretprobe")
int BPF_KRETPROBE(bar_area_kretprobe, unsigned int result)
{
	return fault_end(result);
}

SEC("fentry")
int BPF_PROG(bar_area_fentry, struct vm_fault *vmf)
{
	return area_begin(vmf);
}

SEC("fexit")
int BPF_PROG(bar_area_fexit, struct vm_fault *vmf, unsigned int result)
{
	return fault_end(result);
}
