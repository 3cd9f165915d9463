// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * Waits for a mutex inside a bracket. Three ways to see the same: mutex_lock itself, its slow path,
 * and the contention tracepoints. All of them leave at once while no bracket is open.
 */
#include "probes.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define LCB_F_MUTEX (1U << 5) /* include/trace/events/lock.h */

static __always_inline int wait_begin(void *ctx, struct mutex *lock)
{
	struct task_struct *holder;
	struct bracket *bracket;
	struct event *event;

	bracket = current_bracket();
	/* A contended mutex may be announced twice, for spinning and for sleeping: one wait. */
	if (!bracket || bracket->waiting_for)
		return 0;
	holder = mutex_holder(lock);
	if (!holder)
		return 0; /* free: no wait */
	bracket->waiting_for = (__u64)lock;
	bracket->wait = begin_here(ctx);
	event = event_reserve(EVENT_LOCK_WAIT, PHASE_BEGIN);
	if (!event)
		return 0;
	event->lock = (__u64)lock;
	event->step = (__u64)lock == bracket->dev_set_lock ? LOCK_DEV_SET
		      : (__u64)lock == bracket->group_lock ? LOCK_GROUP
							   : LOCK_OTHER;
	describe_peer(&event->peer, holder);
	event_submit(event);
	return 0;
}

static __always_inline int wait_end(void)
{
	struct bracket *bracket = current_bracket();
	struct event *event;
	__s32 stack;
	__u64 lock;

	if (!bracket || !bracket->waiting_for)
		return 0;
	lock = bracket->waiting_for;
	bracket->waiting_for = 0;
	stack = stack_if_slow(&bracket->wait);
	event = event_reserve(EVENT_LOCK_WAIT, PHASE_END);
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
	return open_counts.brackets ? wait_begin(ctx, lock) : 0;
}

SEC("kretprobe")
int BPF_KRETPROBE(lock_kretprobe)
{
	return open_counts.brackets ? wait_end() : 0;
}

SEC("fentry")
int BPF_PROG(lock_fentry, struct mutex *lock)
{
	return open_counts.brackets ? wait_begin(ctx, lock) : 0;
}

SEC("fexit")
int BPF_PROG(lock_fexit, struct mutex *lock)
{
	return open_counts.brackets ? wait_end() : 0;
}

/*
 * lock:contention_begin(void *lock, unsigned int flags), lock:contention_end(void *lock, int ret):
 * 16edd9b511a1 ("locking: Add lock contention tracepoints"), 5.19. The mutex's slow path need not
 * be watched instead when 5.10 is no longer supported.
 */
SEC("raw_tp")
int BPF_PROG(contention_begin, struct mutex *lock, unsigned int flags)
{
	if (!open_counts.brackets || !(flags & LCB_F_MUTEX))
		return 0;
	return wait_begin(ctx, lock);
}

SEC("raw_tp")
int BPF_PROG(contention_end, struct mutex *lock)
{
	struct bracket *bracket;

	if (!open_counts.brackets)
		return 0;
	/* Spin locks end here too, and one may be contended while we wait for the mutex. */
	bracket = current_bracket();
	return bracket && bracket->waiting_for == (__u64)lock ? wait_end() : 0;
}
