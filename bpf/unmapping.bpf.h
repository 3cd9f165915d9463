/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The part of a teardown that unmaps and unpins memory, and what it unmapped. It is counted where
 * the kernel removes a mapping and where it unpins a batch of pages, never for a page, and told
 * when the part ends.
 */
#ifndef VFIOSCOPE_UNMAPPING_H
#define VFIOSCOPE_UNMAPPING_H

#include "probes.bpf.h"

/*
 * An ioctl that unmaps less is no part of a teardown: with an IOMMU of its own, a virtual machine
 * unmaps a few pages thousands of times a second.
 */
#define MIN_BY_IOCTL (16ULL << 20)

/* What this thread unmaps; NULL if it is not in a teardown. */
static __always_inline struct unmapping *current_unmapping(void)
{
	__u32 tid = current_tid();

	return under_way.unmappings ? bpf_map_lookup_elem(&unmappings, &tid) : NULL;
}

static __always_inline void unmapping_begin(bool by_ioctl)
{
	struct unmapping *outer = current_unmapping();
	struct unmapping unmapping = {.parts = 1, .by_ioctl = by_ioctl};
	__u32 tid = current_tid();

	if (outer) {
		outer->parts++;
		return;
	}
	/* Before it is in the map, so that it is never there uncounted. */
	__sync_fetch_and_add(&under_way.unmappings, 1);
	if (bpf_map_update_elem(&unmappings, &tid, &unmapping, BPF_NOEXIST)) {
		__sync_fetch_and_add(&under_way.unmappings, -1);
		count_fault(FAULT_SPANS_FULL);
	}
}

/* What was unmapped since the last part ended is the innermost's. */
static __always_inline void unmapping_end(struct unmapped *done)
{
	struct unmapping *unmapping = current_unmapping();
	struct unmapped none = {};

	if (!unmapping)
		return;
	*done = unmapping->done;
	unmapping->done = none;
	if (--unmapping->parts == 0)
		remove_unmapping(current_tid());
}

/* One edge of a TEARDOWN_IOMMU. */
static __always_inline int unmap(enum event_edge edge, __u8 flags, bool by_ioctl)
{
	struct unmapped done = {};
	struct event *event;

	if (edge == EDGE_BEGIN)
		unmapping_begin(by_ioctl);
	else
		unmapping_end(&done);
	event = event_reserve(EVENT_TEARDOWN, edge);
	if (!event)
		return 0;
	event->subtype = TEARDOWN_IOMMU;
	event->flags |= flags;
	event->unmapped = done;
	event_submit(event);
	return 0;
}

static __always_inline int unmap_by_ioctl_begin(__u64 bytes)
{
	if (bytes < MIN_BY_IOCTL || !under_way.processes || !is_tracked(current_tgid()))
		return 0;
	return unmap(EDGE_BEGIN, 0, true);
}

static __always_inline int unmap_by_ioctl_end(void)
{
	struct unmapping *unmapping = current_unmapping();

	return unmapping && unmapping->by_ioctl ? unmap(EDGE_END, 0, true) : 0;
}

#endif
