/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* What all programs share: the maps, who is inside a bracket, and how an event is written. */
#ifndef VFIOSCOPE_PROBES_H
#define VFIOSCOPE_PROBES_H

#include "kernel_compat.bpf.h"
#include "maps.h"
#include <asm/ptrace.h>
#include <asm/errno.h>
#include <bpf/bpf_tracing.h>

/*
 * Each .bpf.c is an object of its own, so that one that cannot be loaded costs nobody else; user
 * space hands the maps of the first object to all later ones, by name.
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

/* Constants for the verifier, which leaves out what they switch off: set before an object is
 * loaded. */
const volatile struct settings settings SEC(".rodata.settings") = {};

/*
 * Global data, which a program reads with one load. All objects share it: a section of its own is a
 * map of its own, handed on like the others. It cannot be among the settings, of which each object
 * has its own, frozen copy: a capture begins and ends for all programs at one moment.
 */
volatile struct control control SEC(".data.control");

/* Kernel stacks, each once: the key is a hash of it. */
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

/* How many of each are under way. Likewise, but only programs write it. */
struct open_counts {
	__u64 brackets; /* what the lock probes look at first, and nearly always last */
	__u64 resets;
};

volatile struct open_counts open_counts SEC(".data.open");

/*
 * Processes that have or had a device: they opened or released one, or had one open when we came
 * (user space writes those). Until they are reaped; should that be missed, user space removes them.
 * No LRU map: that drops live entries once each CPU has taken its share of free ones.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_PROCESSES);
	__type(key, __u32); /* tgid */
	__type(value, __u8);
} owners SEC(".maps");

/*
 * Those of them whose exit is told. A map of its own, because an insert succeeds for exactly one of
 * the threads that exit at once on several CPUs. (Programs have an atomic exchange since
 * 5ffa25502b5a ("bpf: Add instructions for atomic_[cmp]xchg"), 5.12: it may take this map's place
 * when 5.10 is no longer supported.)
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
 * Space for one event, its header filled in. NULL if nothing is captured just now or, and that is
 * counted, if the ring buffer is full.
 */
static __always_inline struct event *event_reserve(enum event_kind kind, enum event_phase phase)
{
	__u32 key = kind;
	struct kind_counters *counter = bpf_map_lookup_elem(&counters, &key);
	struct event *event;

	if (!counter || !control.capturing)
		return NULL;
	/* Atomic: a program may interrupt another one on the same CPU. */
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
	event->phase = phase;
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
 * When something began, and the kernel stack it began on: the end would do as well for most, but on
 * 5.10 a stack cannot be walked from a return probe (seen in the lab).
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

/* Its stack, if it took so long that it matters. */
static __always_inline __s32 stack_if_slow(const struct begin *begin)
{
	__u64 threshold_ns = settings.stack_threshold_ns;

	return threshold_ns && bpf_ktime_get_ns() - begin->time_ns >= threshold_ns ? begin->stack
										   : NO_STACK;
}

/* A thread that is inside a release or an open. */
struct bracket {
	struct begin begin;
	__u64 waiting_for; /* the mutex, 0 if none */
	struct begin wait;
	__u64 dev_set_lock;
	__u64 group_lock; /* both 0 where not known */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32); /* tid */
	__type(value, struct bracket);
} brackets SEC(".maps");

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

/* The process is known by its first thread; the one that happens to die last may do the work. */
static __always_inline struct task_struct *current_leader(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, group_leader);
}

static __always_inline bool is_owner(__u32 tgid)
{
	return bpf_map_lookup_elem(&owners, &tgid);
}

/* False if it was none, or another CPU was first. */
static __always_inline bool forget_owner(__u32 tgid)
{
	if (bpf_map_delete_elem(&owners, &tgid) != 0)
		return false;
	bpf_map_delete_elem(&exiting, &tgid);
	return true;
}

/*
 * From here to its end the process is one of ours. (Errors of map functions are ints: the verifier
 * has them called directly, and then the upper half of the result is not the sign's.)
 */
static __always_inline void make_owner(__u32 tgid)
{
	__u8 present = 1;
	int error = bpf_map_update_elem(&owners, &tgid, &present, BPF_NOEXIST);

	if (error && error != -EEXIST)
		count_fault(FAULT_OWNERS_FULL);
}

/* From here to bracket_close() the lock waits of this thread are ours. */
static __always_inline void bracket_open(void *ctx, struct mutex *dev_set_lock,
					 struct mutex *group_lock)
{
	__u32 tid = current_tid();
	struct bracket bracket = {
	    .begin = begin_here(ctx),
	    .dev_set_lock = (__u64)dev_set_lock,
	    .group_lock = (__u64)group_lock,
	};
	int error = bpf_map_update_elem(&brackets, &tid, &bracket, BPF_NOEXIST);

	if (!error) {
		__sync_fetch_and_add(&open_counts.brackets, 1);
	} else if (error == -EEXIST) {
		/* Its end was lost to a missed return probe: start it afresh. */
		count_fault(FAULT_ENDS_LOST);
		bpf_map_update_elem(&brackets, &tid, &bracket, BPF_EXIST);
	} else {
		count_fault(FAULT_SPANS_FULL);
	}
}

/* False if that thread has no bracket open. */
static __always_inline bool bracket_remove(__u32 tid)
{
	if (bpf_map_delete_elem(&brackets, &tid) != 0)
		return false;
	__sync_fetch_and_add(&open_counts.brackets, -1);
	return true;
}

/* False if this thread has no bracket open. */
static __always_inline bool bracket_close(void)
{
	return bracket_remove(current_tid());
}

static __always_inline struct bracket *current_bracket(void)
{
	__u32 tid = current_tid();

	return bpf_map_lookup_elem(&brackets, &tid);
}

/* The reset steps under way. */
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
		__sync_fetch_and_add(&open_counts.resets, -1);
}

/*
 * A thread has ended. What it still has open had its return missed: it would have every mutex_lock
 * on the machine looked at for ever, and be taken for the next thread's with that number.
 */
static __always_inline void thread_ended(__u32 tid)
{
	if (open_counts.brackets && bracket_remove(tid))
		count_fault(FAULT_ENDS_LOST);
	if (open_counts.resets) {
#pragma unroll
		for (int step = RESET_FUNCTION; step < RESET_STEPS; step++)
			reset_remove(step_key(tid, step));
	}
}

#endif
