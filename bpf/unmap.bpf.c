// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * What is unmapped and unpinned: by type 1, mapping by mapping and batch by batch, and by an
 * iommufd, area by area. Also the ioctls by which programs have an iommufd unmap memory; that of
 * type 1 is in start.bpf.c, since one function has all of its ioctls.
 */
#include "unmapping.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* void vfio_remove_dma(struct vfio_iommu *, struct vfio_dma *) */
static __always_inline int mapping_removed(struct vfio_dma *dma)
{
	struct unmapping *unmapping = current_unmapping();

	if (!unmapping)
		return 0;
	unmapping->done.mappings++;
	unmapping->done.bytes += dma_bytes(dma);
	unmapping->done.counted |= COUNTED_BYTES;
	return 0;
}

SEC("kprobe")
int BPF_KPROBE(unmap_type1_kprobe, void *iommu, struct vfio_dma *dma)
{
	return mapping_removed(dma);
}

SEC("fentry")
int BPF_PROG(unmap_type1_fentry, void *iommu, struct vfio_dma *dma)
{
	return mapping_removed(dma);
}

/*
 * long vfio_sync_unpin(struct vfio_dma *, struct vfio_domain *, struct list_head *, struct
 * iommu_iotlb_gather *): unpins what was unmapped since the last time, and returns how many pages
 * these are that are memory. The compiler may leave out arguments, so none is read.
 */
static __always_inline int batch_begin(void)
{
	struct unmapping *unmapping = current_unmapping();

	if (unmapping)
		unmapping->done.batches++;
	return 0;
}

static __always_inline int batch_end(long pages)
{
	struct unmapping *unmapping = current_unmapping();

	if (!unmapping)
		return 0;
	unmapping->done.unpinned += pages * settings.page_size;
	unmapping->done.counted |= COUNTED_UNPINNED;
	return 0;
}

SEC("kprobe")
int BPF_KPROBE(unpin_type1_kprobe)
{
	return batch_begin();
}

SEC("kretprobe")
int BPF_KRETPROBE(unpin_type1_kretprobe, long pages)
{
	return batch_end(pages);
}

SEC("fentry")
int BPF_PROG(unpin_type1_fentry)
{
	return batch_begin();
}

SEC("fexit")
int BPF_PROG(unpin_type1_fexit, void *dma, void *domain, void *regions, void *gather, long pages)
{
	return batch_end(pages);
}

/*
 * void iopt_area_unfill_domain(struct iopt_area *, struct iopt_pages *, struct iommu_domain *): the
 * last device leaves an address space. void iopt_area_unfill_domains(struct iopt_area *, struct
 * iopt_pages *): memory is unmapped for all devices, if there are any; it may call the first.
 */
static __always_inline int area_begin(struct iopt_area *area, struct iopt_pages *pages,
				      bool is_mapped)
{
	struct unmapping *unmapping = current_unmapping();

	if (!unmapping || unmapping->depth++ || !is_mapped)
		return 0;
	unmapping->done.mappings++;
	unmapping->done.bytes += area_bytes(area);
	unmapping->done.counted |= COUNTED_BYTES | COUNTED_UNPINNED;
	unmapping->pages = (__u64)pages;
	unmapping->pinned = BPF_CORE_READ(pages, npinned);
	return 0;
}

static __always_inline int area_end(void)
{
	struct unmapping *unmapping = current_unmapping();
	struct iopt_pages *pages;
	__u64 pinned;

	/* 0: the begin was before the capture. */
	if (!unmapping || !unmapping->depth || --unmapping->depth)
		return 0;
	pages = (void *)unmapping->pages;
	unmapping->pages = 0;
	if (!pages)
		return 0;
	pinned = BPF_CORE_READ(pages, npinned);
	if (pinned < unmapping->pinned)
		unmapping->done.unpinned += (unmapping->pinned - pinned) * settings.page_size;
	return 0;
}

SEC("kprobe")
int BPF_KPROBE(unmap_domain_kprobe, struct iopt_area *area, struct iopt_pages *pages)
{
	return area_begin(area, pages, true);
}

SEC("fentry")
int BPF_PROG(unmap_domain_fentry, struct iopt_area *area, struct iopt_pages *pages)
{
	return area_begin(area, pages, true);
}

SEC("kprobe")
int BPF_KPROBE(unmap_domains_kprobe, struct iopt_area *area, struct iopt_pages *pages)
{
	return area_begin(area, pages, BPF_CORE_READ(area, storage_domain));
}

SEC("fentry")
int BPF_PROG(unmap_domains_fentry, struct iopt_area *area, struct iopt_pages *pages)
{
	return area_begin(area, pages, BPF_CORE_READ(area, storage_domain));
}

SEC("kretprobe")
int BPF_KRETPROBE(unmap_domain_kretprobe)
{
	return area_end();
}

SEC("fexit")
int BPF_PROG(unmap_domain_fexit)
{
	return area_end();
}

SEC("kretprobe")
int BPF_KRETPROBE(unmap_domains_kretprobe)
{
	return area_end();
}

SEC("fexit")
int BPF_PROG(unmap_domains_fexit)
{
	return area_end();
}

/* int iopt_unmap_iova(struct io_pagetable *, unsigned long iova, unsigned long length, unsigned
 * long *unmapped), int iopt_unmap_all(struct io_pagetable *, unsigned long *unmapped): by ioctl, of
 * an iommufd or of one that is a container; the second as an address space ends, too */
SEC("kprobe")
int BPF_KPROBE(unmap_iova_kprobe, void *iopt, unsigned long iova, unsigned long length)
{
	return unmap_by_ioctl_begin(length);
}

SEC("fentry")
int BPF_PROG(unmap_iova_fentry, void *iopt, unsigned long iova, unsigned long length)
{
	return unmap_by_ioctl_begin(length);
}

SEC("kretprobe")
int BPF_KRETPROBE(unmap_iova_kretprobe)
{
	return unmap_by_ioctl_end();
}

SEC("fexit")
int BPF_PROG(unmap_iova_fexit)
{
	return unmap_by_ioctl_end();
}

SEC("kprobe")
int BPF_KPROBE(unmap_all_kprobe)
{
	return current_unmapping() ? 0 : unmap_by_ioctl_begin(~0ULL);
}

SEC("fentry")
int BPF_PROG(unmap_all_fentry)
{
	return current_unmapping() ? 0 : unmap_by_ioctl_begin(~0ULL);
}

SEC("kretprobe")
int BPF_KRETPROBE(unmap_all_kretprobe)
{
	return unmap_by_ioctl_end();
}

SEC("fexit")
int BPF_PROG(unmap_all_fexit)
{
	return unmap_by_ioctl_end();
}
