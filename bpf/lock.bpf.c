// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * Waits for a mutex inside a release or open. They are seen in one of three ways: mutex_lock
 * itself, its slow path, or the contention tracepoints. All return at once while no release or open
 * is under way.
 */
#include "probes.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

static __always_inline int wait_begin(void *ctx, struct mutex *lock)
{
	struct task_struct *holder;
	struct span *span;
	struct event *event;

	span = current_span();
	/* The tracepoint may fire twice for one wait: for spinning and for sleeping. */
	if (!span || span->waiting_for)
		return 0;
	holder = mutex_holder(lock);
	if (!holder)
		return 0; /* free: no wait */
	span->waiting_for = (__u64)lock;
	span->wait = begin_here(ctx);
	event = event_reserve(EVENT_LOCK_WAIT, EDGE_BEGIN);
	if (!event)
		return 0;
	event->lock = (__u64)lock;
	event->subtype = (__u64)lock == span->dev_set_lock ? LOCK_DEV_SET
			 : (__u64)lock == span->group_lock ? LOCK_GROUP
							   : LOCK_OTHER;
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

/* mutex_lock or __mutex_lock_slowpath: void (struct mutex *) */
SEC("kprobe")
int BPF_KPROBE(lock_kprobe, struct mutex *lock)
{
	return under_way.spans ? wait_begin(ctx, lock) : 0;
}

SEC("kretprobe")
int BPF_KRETPROBE(lock_kretprobe)
{
	return under_way.spans ? wait_end() : 0;
}

SEC("fentry")
int BPF_PROG(lock_fentry, struct mutex *lock)
{
	return under_way.spans ? wait_begin(ctx, lock) : 0;
}

SEC("fexit")
int BPF_PROG(lock_fexit, struct mutex *lock)
{
	return under_way.spans ? wait_end() : 0;
}

/*
 * lock:contention_begin(void *lock, unsigned int flags), lock:contention_end(void *lock, int ret):
 * 16edd9b511a1 ("locking: Add lock contention tracepoints"), 5.19. The mutex's slow path need not
 * be watched instead when 5.10 is no longer supported.
 */
SEC("raw_tp")
int BPF_PROG(contention_begin, struct mutex *lock, unsigned int flags)
{
	if (!under_way.spans || !waits_for_mutex(flags))
		return 0;
	return wait_begin(ctx, lock);
}

SEC("raw_tp")
int BPF_PROG(contention_end, struct mutex *lock)
{
	struct span *span;

	if (!under_way.spans)
		return 0;
	/* Fires for spin locks too, and one may be contended while we wait for the mutex. */
	span = current_span();
	return span && span->waiting_for == (__u64)lock ? wait_end() : 0;
}
