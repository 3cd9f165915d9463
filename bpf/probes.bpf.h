/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* What all programs share: maps, the spans under way, tracked processes, and writing an event. */
#ifndef VFIOSCOPE_PROBES_H
#define VFIOSCOPE_PROBES_H

#include "kernel_compat.bpf.h"
#include "maps.h"
#include <asm/ptrace.h>
#include <asm/errno.h>
#include <bpf/bpf_tracing.h>

/*
 * Each .bpf.c is an object of its own, so that the others work if one cannot be loaded. User space
 * gives the maps of the first object to all later ones, by name.
 */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20); /* user space sets the size it wants */
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, EVENT_KINDS);
	__type(key, __u32);
	__type(value, struct kind_counters);
} counters SEC(".maps");

/* Set before an object is loaded: the verifier removes the code that they switch off. */
const volatile struct settings settings SEC(".rodata.settings") = {};

/*
 * Global data, which a program reads with one load. The section is a map, which all objects share
 * like the other maps. It cannot be part of the settings: of those each object has its own,
 * read-only copy, and a capture must begin and end for all programs at the same moment.
 */
volatile struct control control SEC(".data.control");

/* Each kernel stack is kept once; the key is a hash of it. */
struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 4096);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, STACK_DEPTH * sizeof(__u64));
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, FAULTS);
	__type(key, __u32); /* enum fault */
	__type(value, __u64);
} faults SEC(".maps");

/* Shared in the same way. */
volatile struct under_way under_way SEC(".data.under_way");

/*
 * Tracked processes: they have or had a device. They opened or released one, or had one open when
 * the capture began (user space adds those). They are removed when they are reaped; if that was
 * missed, user space removes them. Not an LRU map: that evicts live entries once each CPU has taken
 * its share of the free ones.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_PROCESSES);
	__type(key, __u32);  /* tgid */
	__type(value, __u8); /* enum tracked_as */
} tracked SEC(".maps");

/* Processes with a virtual machine that has not run yet, with devices or without. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_PROCESSES);
	__type(key, __u32); /* tgid */
	__type(value, __u8);
} new_vms SEC(".maps");

/*
 * When processes began to run their programs. Here an LRU map is right: whose entry was evicted by
 * thousands of others starts without it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32); /* tgid */
	__type(value, __u64);
} execs SEC(".maps");

/*
 * Tracked processes whose exit has been reported. It is a map because an insert succeeds for
 * exactly one of the threads that exit at the same time on several CPUs. (Programs have an atomic
 * exchange since 5ffa25502b5a ("bpf: Add instructions for atomic_[cmp]xchg"), 5.12: it may take
 * this map's place when 5.10 is no longer supported.)
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_PROCESSES);
	__type(key, __u32); /* tgid */
	__type(value, __u8);
} exiting SEC(".maps");

static __always_inline __u32 current_tid(void)
{
	return (__u32)bpf_get_current_pid_tgid();
}

static __always_inline __u32 current_tgid(void)
{
	return bpf_get_current_pid_tgid() >> 32;
}

/*
 * Space for one event, with its header filled in. NULL if no capture is on, or if the ring buffer
 * is full, which is counted.
 */
static __always_inline struct event *event_reserve(enum event_kind kind, enum event_edge edge)
{
	__u32 key = kind;
	struct kind_counters *counter;
	struct event *event;

	if (!control.capturing)
		return NULL;
	counter = bpf_map_lookup_elem(&counters, &key);
	if (!counter)
		return NULL;
	/* Atomic, since a program may interrupt another one on the same CPU. */
	__sync_fetch_and_add(&counter->emitted, 1);
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		__sync_fetch_and_add(&counter->lost, 1);
		return NULL;
	}
	__builtin_memset(event, 0, sizeof(*event));
	event->time_ns = bpf_ktime_get_ns();
	event->cgroup = bpf_get_current_cgroup_id();
	event->tid = current_tid();
	event->tgid = current_tgid();
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	event->kind = kind;
	event->edge = edge;
	event->stack = NO_STACK;
	return event;
}

static __always_inline void count_fault(enum fault fault)
{
	__u32 key = fault;
	__u64 *count = bpf_map_lookup_elem(&faults, &key);

	if (count)
		__sync_fetch_and_add(count, 1);
}

/*
 * When a span began, and on which kernel stack. It is not taken at the end because on 5.10 a stack
 * cannot be walked from a return probe (seen in the lab).
 */
struct begin {
	__u64 time_ns;
	__s32 stack;
};

static __always_inline struct begin begin_here(void *ctx)
{
	struct begin begin = {.time_ns = bpf_ktime_get_ns(), .stack = NO_STACK};

	if (settings.stack_threshold_ns)
		begin.stack = bpf_get_stackid(ctx, &stacks, 0);
	return begin;
}

/* Its stack, if it took long enough. */
static __always_inline __s32 stack_if_slow(const struct begin *begin)
{
	__u64 threshold_ns = settings.stack_threshold_ns;

	return threshold_ns && bpf_ktime_get_ns() - begin->time_ns >= threshold_ns ? begin->stack
										   : NO_STACK;
}

/* A thread inside a release, an open or a user reset. */
struct span {
	__u64 kind; /* enum event_kind */
	struct begin begin;
	__u64 waiting_for; /* the lock, 0 if none */
	struct begin wait;
	__u64 dev_set_lock;
	__u64 group_lock; /* both 0 where not known */
	__u64 trying;	  /* the device whose lock it tries to take, 0 if none */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32); /* tid */
	__type(value, struct span);
} spans SEC(".maps");

static __always_inline void event_submit(struct event *event)
{
	bpf_ringbuf_submit(event, 0);
}

static __always_inline void describe_peer(struct peer *peer, struct task_struct *task)
{
	peer->tid = BPF_CORE_READ(task, pid);
	peer->tgid = BPF_CORE_READ(task, tgid);
	BPF_CORE_READ_STR_INTO(&peer->comm, task, comm);
}

/* Events name a process by its first thread: any thread may be the last, which does the work. */
static __always_inline struct task_struct *current_leader(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, group_leader);
}

static __always_inline bool is_tracked(__u32 tgid)
{
	return bpf_map_lookup_elem(&tracked, &tgid);
}

/* False if it was not tracked, or another CPU removed it first. */
static __always_inline bool untrack(__u32 tgid)
{
	if (bpf_map_delete_elem(&tracked, &tgid) != 0)
		return false;
	__sync_fetch_and_add(&under_way.processes, -1);
	bpf_map_delete_elem(&exiting, &tgid);
	return true;
}

/*
 * Errors of map functions are ints: the verifier makes programs call them directly, and then the
 * upper half of the result is not the sign's.
 */
static __always_inline bool track_as(__u32 tgid, __u8 as)
{
	int error;

	/* Before it is in the map, so that it is never there uncounted. */
	__sync_fetch_and_add(&under_way.processes, 1);
	error = bpf_map_update_elem(&tracked, &tgid, &as, BPF_NOEXIST);
	if (!error)
		return true;
	__sync_fetch_and_add(&under_way.processes, -1);
	if (error != -EEXIST)
		count_fault(FAULT_TRACKED_FULL);
	return false;
}

/* A process that has a device from another one. */
static __always_inline void track(__u32 tgid)
{
	track_as(tgid, TRACKED_RUNS);
}

static __always_inline bool is_starting(__u32 tgid)
{
	__u8 *as = bpf_map_lookup_elem(&tracked, &tgid);

	return as && *as == TRACKED_STARTING;
}

/*
 * The current process opens something of VFIO: maybe its start. If no capture is on, what follows
 * is not a whole start.
 */
static __always_inline void contact(__s32 contact_bits)
{
	__u32 tgid = current_tgid();
	struct event *event;
	__u64 *exec_ns;

	if (!track_as(tgid, control.capturing ? TRACKED_STARTING : TRACKED_RUNS))
		return;
	event = event_reserve(EVENT_START, EDGE_INSTANT);
	if (!event)
		return;
	event->subtype = START_CONTACT;
	exec_ns = bpf_map_lookup_elem(&execs, &tgid);
	event->exec_ns = exec_ns ? *exec_ns : forked_ns(current_leader());
	event->value = contact_bits;
	if (bpf_map_lookup_elem(&new_vms, &tgid))
		event->value |= CONTACT_NEW_VM;
	describe_peer(&event->peer, current_leader());
	event_submit(event);
}

/* False if it has none, or another CPU removed it first. */
static __always_inline bool remove_new_vm(__u32 tgid)
{
	if (bpf_map_delete_elem(&new_vms, &tgid) != 0)
		return false;
	__sync_fetch_and_add(&under_way.vms, -1);
	return true;
}

/* Mappings for DMA under way. */
struct mapping {
	__u64 bytes;
	/* before it: of the process, in small pages, and of the thread */
	__u64 pinned;
	__u64 resident;
	__u64 faults;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32); /* tid */
	__type(value, struct mapping);
} mappings SEC(".maps");

static __always_inline void remove_mapping(__u32 tid)
{
	if (bpf_map_delete_elem(&mappings, &tid) == 0)
		__sync_fetch_and_add(&under_way.mappings, -1);
}

/* A thread in a TEARDOWN_IOMMU. unmapping.bpf.h counts in it. */
struct unmapping {
	struct unmapped done; /* since the last event */
	__u32 parts;	      /* it is in this many, one inside the other */
	__u32 by_ioctl;	      /* the outermost is an ioctl */
	/* While an iommufd unmaps an area: how many functions of it deep, its pages, and how many
	 * of these were pinned. */
	__u64 depth;
	__u64 pages;
	__u64 pinned;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32); /* tid */
	__type(value, struct unmapping);
} unmappings SEC(".maps");

static __always_inline void remove_unmapping(__u32 tid)
{
	if (bpf_map_delete_elem(&unmappings, &tid) == 0)
		__sync_fetch_and_add(&under_way.unmappings, -1);
}

/* A thread in the fault handler of a BAR. bars.bpf.c has the programs. */
struct bar_fault {
	__u64 time_ns; /* when it began */
	__u64 bytes;   /* that it is to map */
	__u64 page;    /* bytes of a page in which it does */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32); /* tid */
	__type(value, struct bar_fault);
} faulting SEC(".maps");

static __always_inline void remove_bar_fault(__u32 tid)
{
	if (bpf_map_delete_elem(&faulting, &tid) == 0)
		__sync_fetch_and_add(&under_way.faulting, -1);
}

/* Faults of BARs that were not told yet. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_PROCESSES);
	__type(key, __u32); /* tgid */
	__type(value, struct bar_faults);
} bars SEC(".maps");

static __always_inline bool remove_bars(__u32 tgid)
{
	if (bpf_map_delete_elem(&bars, &tgid) != 0)
		return false;
	__sync_fetch_and_add(&under_way.bars, -1);
	return true;
}

/*
 * What the current process faulted in since the last time: told where its start gets further, never
 * for a page. Threads that add meanwhile may lose what they add to the removed entry.
 */
static __always_inline void tell_bars(void)
{
	struct bar_faults *found, told;
	struct event *event;
	__u32 tgid;

	if (!under_way.bars)
		return;
	tgid = current_tgid();
	found = bpf_map_lookup_elem(&bars, &tgid);
	if (!found)
		return;
	told = *found;
	if (!remove_bars(tgid)) /* another thread tells it */
		return;
	event = event_reserve(EVENT_START, EDGE_INSTANT);
	if (!event)
		return;
	event->subtype = START_BARS;
	event->bars = told;
	event_submit(event);
}

/* Until span_end() the lock waits of this thread are reported. */
static __always_inline void span_begin(void *ctx, enum event_kind kind, struct mutex *dev_set_lock,
				       struct mutex *group_lock)
{
	__u32 tid = current_tid();
	struct span span = {
	    .kind = kind,
	    .begin = begin_here(ctx),
	    .dev_set_lock = (__u64)dev_set_lock,
	    .group_lock = (__u64)group_lock,
	};
	int error = bpf_map_update_elem(&spans, &tid, &span, BPF_NOEXIST);

	if (!error) {
		__sync_fetch_and_add(&under_way.spans, 1);
	} else if (error == -EEXIST) {
		/* The return of the one before was missed. */
		count_fault(FAULT_ENDS_LOST);
		bpf_map_update_elem(&spans, &tid, &span, BPF_EXIST);
	} else {
		count_fault(FAULT_SPANS_FULL);
	}
}

/* False if that thread is in no span. */
static __always_inline bool span_remove(__u32 tid)
{
	if (bpf_map_delete_elem(&spans, &tid) != 0)
		return false;
	__sync_fetch_and_add(&under_way.spans, -1);
	return true;
}

/* False if this thread is in no span. */
static __always_inline bool span_end(void)
{
	return span_remove(current_tid());
}

static __always_inline struct span *current_span(void)
{
	__u32 tid = current_tid();

	return bpf_map_lookup_elem(&spans, &tid);
}

/* Reset steps under way. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64); /* tid and step */
	__type(value, struct begin);
} reset_begins SEC(".maps");

static __always_inline __u64 step_key(__u32 tid, enum reset_step step)
{
	return (__u64)tid << 8 | step;
}

static __always_inline void reset_remove(__u64 key)
{
	if (bpf_map_delete_elem(&reset_begins, &key) == 0)
		__sync_fetch_and_add(&under_way.resets, -1);
}

/*
 * A thread has ended. The return of any span that it is still in was missed. If it stayed, the lock
 * probes would never be idle again, and the next thread with that number would be taken for this
 * one.
 */
static __always_inline void thread_ended(__u32 tid)
{
	if (under_way.spans && span_remove(tid))
		count_fault(FAULT_ENDS_LOST);
	if (under_way.resets) {
#pragma unroll
		for (int step = RESET_FUNCTION; step < RESET_STEPS; step++)
			reset_remove(step_key(tid, step));
	}
	if (under_way.mappings)
		remove_mapping(tid);
	if (under_way.unmappings)
		remove_unmapping(tid);
	if (under_way.faulting)
		remove_bar_fault(tid);
}

/* The four programs of a function whose call is a step, and whose arguments and result are not
 * needed: on(step, edge). */
#define STEP_PROBES(name, on, step)                                                                \
	SEC("kprobe") int BPF_KPROBE(name##_kprobe)                                                \
	{                                                                                          \
		return on(step, EDGE_BEGIN);                                                       \
	}                                                                                          \
	SEC("kretprobe") int BPF_KRETPROBE(name##_kretprobe)                                       \
	{                                                                                          \
		return on(step, EDGE_END);                                                         \
	}                                                                                          \
	SEC("fentry") int BPF_PROG(name##_fentry)                                                  \
	{                                                                                          \
		return on(step, EDGE_BEGIN);                                                       \
	}                                                                                          \
	SEC("fexit") int BPF_PROG(name##_fexit)                                                    \
	{                                                                                          \
		return on(step, EDGE_END);                                                         \
	}

#endif
