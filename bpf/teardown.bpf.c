// SPDX-License-Identifier: MIT OR GPL-2.0
/* What surrounds the releases: the signal that asked for them, and the process being gone. */
#include "probes.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* include/uapi/asm-generic/signal.h */
#define SIGHUP	1
#define SIGINT	2
#define SIGQUIT 3
#define SIGKILL 9
#define SIGTERM 15
#define SIGCHLD 17

#define TRACE_SIGNAL_DELIVERED 0 /* include/trace/events/signal.h */

/* CLD_EXITED, CLD_KILLED, CLD_DUMPED: the ways to be dead (include/uapi/asm-generic/siginfo.h) */
#define CLD_LAST_DEAD 3

static __always_inline bool ends_processes(int sig)
{
	return sig == SIGTERM || sig == SIGKILL || sig == SIGINT || sig == SIGQUIT || sig == SIGHUP;
}

static __always_inline int signal_sent(int sig, struct task_struct *target)
{
	struct event *event = event_reserve(EVENT_SIGNAL, PHASE_INSTANT);

	if (!event)
		return 0;
	event->value = sig;
	describe_peer(&event->peer, target);
	event_submit(event);
	return 0;
}

static __always_inline int child_died(struct kernel_siginfo *info)
{
	__u32 tgid = current_tgid();
	struct event *event;
	int code;

	if (!bpf_map_lookup_elem(&releasers, &tgid))
		return 0;
	code = BPF_CORE_READ(info, si_code);
	if (code <= 0 || code > CLD_LAST_DEAD)
		return 0; /* stopped or continued, or somebody's kill(SIGCHLD) */
	bpf_map_delete_elem(&releasers, &tgid);
	event = event_reserve(EVENT_PROCESS_GONE, PHASE_INSTANT);
	if (event)
		event_submit(event);
	return 0;
}

/* signal:signal_generate(int sig, struct kernel_siginfo *, struct task_struct *, int group, int
 * result) */
SEC("raw_tp")
int BPF_PROG(signal_generate, int sig, struct kernel_siginfo *info, struct task_struct *target,
	     int group, int result)
{
	/* The dying process itself sends SIGCHLD, at the very end of do_exit (do_notify_parent);
	 * whether the parent cares is no matter. */
	if (sig == SIGCHLD)
		return child_died(info);
	if (result == TRACE_SIGNAL_DELIVERED && ends_processes(sig))
		return signal_sent(sig, target);
	return 0;
}
