// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * Waits for a mutex or an rw-semaphore inside a release, open or user reset. They are seen in one
 * of three ways: the contention tracepoints, the slow paths, or mutex_lock itself and the slow
 * paths of rw-semaphores. All return at once while none is under way.
 */
#include "probes.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

static __always_inline int wait_begin(void *ctx, void *lock, enum wanted wanted)
{
	struct task_struct *holder;
	struct span *span;
	struct event *event;

	span = current_span();
	/* The tracepoint may fire twice for one wait: for spinning and for sleeping. */
	if (!span || span->waiting_for)
		return 0;
	holder = wanted == WANT_MUTEX ? mutex_holder(lock) : rwsem_writer(lock);
	if (!holder && wanted == WANT_MUTEX)
		return 0; /* free: no wait */
	span->waiting_for = (__u64)lock;
	span->wait = begin_here(ctx);
	event = event_reserve(EVENT_LOCK_WAIT, EDGE_BEGIN);
	if (!event)
		return 0;
	event->lock = (__u64)lock;
	event->subtype = wanted != WANT_MUTEX		     ? LOCK_RWSEM
			 : (__u64)lock == span->dev_set_lock ? LOCK_DEV_SET
			 : (__u64)lock == span->group_lock   ? LOCK_GROUP
							     : LOCK_OTHER;
	if (wanted == WANT_TO_WRITE)
		event->flags |= FLAG_WRITER;
	if (holder)
		describe_peer(&event->peer, holder);
	event_submit(event);
	return 0;
}

static __always_inline int wait_end(void)
{
	struct span *span = current_span();
	struct event *event;
	__s32 stack;
	__u64 lock;

	if (!span || !span->waiting_for)
		return 0;
	lock = span->waiting_for;
	span->waiting_for = 0;
	stack = stack_if_slow(&span->wait);
	event = event_reserve(EVENT_LOCK_WAIT, EDGE_END);
	if (!event)
		return 0;
	event->lock = lock;
	event->stack = stack;
	event_submit(event);
	return 0;
}

/* (lock, …): each function has its own four programs, entry and return, as kprobe and as fentry. */
#define LOCK_PROBES(name, wanted)                                                                  \
	SEC("kprobe") int BPF_KPROBE(name##_kprobe, void *lock)                                    \
	{                                                                                          \
		return under_way.spans ? wait_begin(ctx, lock, wanted) : 0;                        \
	}                                                                                          \
	SEC("kretprobe") int BPF_KRETPROBE(name##_kretprobe)                                       \
	{                                                                                          \
		return under_way.spans ? wait_end() : 0;                                           \
	}                                                                                          \
	SEC("fentry") int BPF_PROG(name##_fentry, void *lock)                                      \
	{                                                                                          \
		return under_way.spans ? wait_begin(ctx, lock, wanted) : 0;                        \
	}                                                                                          \
	SEC("fexit") int BPF_PROG(name##_fexit, void *lock)                                        \
	{                                                                                          \
		return under_way.spans ? wait_end() : 0;                                           \
	}

/* mutex_lock or __mutex_lock_slowpath */
LOCK_PROBES(lock, WANT_MUTEX)

/* rwsem_down_read_slowpath, rwsem_down_write_slowpath: called only if it is held */
LOCK_PROBES(rwsem_read, WANT_TO_READ)
LOCK_PROBES(rwsem_write, WANT_TO_WRITE)

/*
 * lock:contention_begin(void *lock, unsigned int flags), lock:contention_end(void *lock, int ret):
 * 16edd9b511a1 ("locking: Add lock contention tracepoints"), 5.19. The slow paths need not be
 * watched instead when 5.10 is no longer supported.
 */
SEC("raw_tp")
int BPF_PROG(contention_begin, void *lock, unsigned int flags)
{
	enum wanted wanted;

	if (!under_way.spans)
		return 0;
	wanted = wanted_lock(flags);
	return wanted == WANT_NOTHING ? 0 : wait_begin(ctx, lock, wanted);
}

SEC("raw_tp")
int BPF_PROG(contention_end, void *lock)
{
	struct span *span;

	if (!under_way.spans)
		return 0;
	/* Fires for spin locks too, and one may be contended while we wait. */
	span = current_span();
	return span && span->waiting_for == (__u64)lock ? wait_end() : 0;
}
