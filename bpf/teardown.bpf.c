// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * What happens around the releases: the signal that caused them, how the process exits, and the
 * parts of its teardown other than device release. Only tracked processes are reported. The probes
 * fire for each process and signal of the host, so while none is tracked they return at once.
 */
#include "unmapping.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* include/uapi/asm-generic/signal.h */
#define SIGHUP	1
#define SIGINT	2
#define SIGQUIT 3
#define SIGILL	4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGBUS	7
#define SIGFPE	8
#define SIGKILL 9
#define SIGSEGV 11
#define SIGTERM 15
#define SIGCHLD 17
#define SIGSYS	31

/* include/trace/events/signal.h */
#define TRACE_SIGNAL_DELIVERED 0
#define TRACE_SIGNAL_IGNORED   1

/* CLD_EXITED, CLD_KILLED, CLD_DUMPED: the ways to be dead (include/uapi/asm-generic/siginfo.h) */
#define CLD_LAST_DEAD 3

static __always_inline bool ends_processes(int sig)
{
	const __u32 these = 1U << SIGHUP | 1U << SIGINT | 1U << SIGQUIT | 1U << SIGILL |
			    1U << SIGTRAP | 1U << SIGABRT | 1U << SIGBUS | 1U << SIGFPE |
			    1U << SIGKILL | 1U << SIGSEGV | 1U << SIGTERM | 1U << SIGSYS;

	return sig > 0 && sig < 32 && these >> sig & 1;
}

/* Only to tracked processes: a flood of signals to others must not cost events. */
static __always_inline int signal_sent(int sig, struct task_struct *target, int result)
{
	struct event *event;

	if (!is_tracked(BPF_CORE_READ(target, tgid)))
		return 0;
	event = event_reserve(EVENT_SIGNAL, EDGE_INSTANT);
	if (!event)
		return 0;
	event->value = sig;
	if (result == TRACE_SIGNAL_IGNORED)
		event->flags |= FLAG_IGNORED;
	describe_peer(&event->peer, target);
	event_submit(event);
	return 0;
}

static __always_inline int process_step(enum process_step step, struct task_struct *about,
					int value)
{
	struct event *event = event_reserve(EVENT_PROCESS, EDGE_INSTANT);

	if (!event)
		return 0;
	event->subtype = step;
	event->value = value;
	describe_peer(&event->peer, about);
	event_submit(event);
	return 0;
}

static __always_inline int child_died(struct kernel_siginfo *info)
{
	__u32 tgid = current_tgid();
	int code;

	if (!is_tracked(tgid))
		return 0;
	code = BPF_CORE_READ(info, si_code);
	if (code <= 0 || code > CLD_LAST_DEAD)
		return 0; /* stopped or continued, or a kill(SIGCHLD) */
	if (control.reaping_unseen) {
		/* Its number may be used again. */
		thread_ended(current_tid());
		untrack(tgid);
		remove_new_vm(tgid);
	}
	return process_step(PROCESS_DEAD, current_leader(), 0);
}

/* signal:signal_generate(int sig, struct kernel_siginfo *, struct task_struct *, int group, int
 * result) */
SEC("raw_tp")
int BPF_PROG(signal_generate, int sig, struct kernel_siginfo *info, struct task_struct *target,
	     int group, int result)
{
	if (!under_way.processes)
		return 0;
	/* The dying process itself sends SIGCHLD, at the very end of do_exit (do_notify_parent),
	 * also if the parent ignores it. */
	if (sig == SIGCHLD)
		return child_died(info);
	/* Ignored signals are reported too: SIGKILL may follow because of that. */
	if ((result == TRACE_SIGNAL_DELIVERED || result == TRACE_SIGNAL_IGNORED) &&
	    ends_processes(sig))
		return signal_sent(sig, target, result);
	return 0;
}

/* sched:sched_process_fork(struct task_struct *parent, struct task_struct *child): the child
 * inherits open devices, and may be the last that has them */
SEC("raw_tp")
int BPF_PROG(sched_process_fork, struct task_struct *parent, struct task_struct *child)
{
	__u32 tgid, of;

	if (!under_way.processes)
		return 0;
	tgid = BPF_CORE_READ(child, tgid);
	of = BPF_CORE_READ(parent, tgid);
	if (tgid != of && is_tracked(of))
		track(tgid);
	return 0;
}

/* void do_group_exit(int exit_code): called by the thread that exits or is killed first, then by
 * each other thread */
static __always_inline int process_exits(int exit_code)
{
	struct task_struct *task;
	__u8 present = 1;
	__u32 tgid;

	if (!under_way.processes)
		return 0;
	task = (void *)bpf_get_current_task();
	tgid = current_tgid();
	if (!is_tracked(tgid) || is_exec(task))
		return 0;
	/* Exactly one of its threads reports it. */
	if (bpf_map_update_elem(&exiting, &tgid, &present, BPF_NOEXIST) != 0)
		return 0;
	tell_bars();
	return process_step(PROCESS_EXITS, current_leader(), exit_code_of(task, exit_code));
}

SEC("kprobe")
int BPF_KPROBE(process_exits_kprobe, int exit_code)
{
	return process_exits(exit_code);
}

SEC("fentry")
int BPF_PROG(process_exits_fentry, int exit_code)
{
	return process_exits(exit_code);
}

/* void release_task(struct task_struct *p): called for each thread, by the waiting parent or by the
 * thread itself */
static __always_inline int process_reaped(struct task_struct *task)
{
	__u32 tgid, tid;

	/* A reset may be of a process that is not tracked: of its device's reset file in sysfs. */
	if (!(under_way.processes | under_way.spans | under_way.resets | under_way.vms))
		return 0;
	tgid = BPF_CORE_READ(task, tgid);
	tid = BPF_CORE_READ(task, pid);
	thread_ended(tid);
	if (under_way.vms && tid == tgid)
		remove_new_vm(tgid);
	if (under_way.bars && tid == tgid)
		remove_bars(tgid);
	/* Reported once: by the CPU that removes it. */
	if (tid != tgid || !untrack(tgid))
		return 0;
	return process_step(PROCESS_REAPED, task, 0);
}

SEC("kprobe")
int BPF_KPROBE(process_reaped_kprobe, struct task_struct *task)
{
	return process_reaped(task);
}

SEC("fentry")
int BPF_PROG(process_reaped_fentry, struct task_struct *task)
{
	return process_reaped(task);
}

static __always_inline bool counts(enum teardown_step step, bool by_kernel)
{
	/* Devices change their power state at other times, too. */
	if (step == TEARDOWN_POWER)
		return under_way.spans && current_span();
	/* A thread of the kernel that closes the last device is not tracked. It closes the group or
	 * the iommufd afterwards. */
	if (by_kernel)
		return step == TEARDOWN_IOMMU;
	return under_way.processes && is_tracked(current_tgid());
}

static __always_inline int teardown(enum teardown_step step, enum event_edge edge)
{
	bool by_kernel = step == TEARDOWN_IOMMU && is_kernel_thread((void *)bpf_get_current_task());
	struct event *event;

	if (!counts(step, by_kernel))
		return 0;
	if (step == TEARDOWN_IOMMU)
		return unmap(edge, by_kernel ? FLAG_KERNEL_THREAD : 0, false);
	event = event_reserve(EVENT_TEARDOWN, edge);
	if (!event)
		return 0;
	event->subtype = step;
	event_submit(event);
	return 0;
}

STEP_PROBES(core_dump, teardown, TEARDOWN_CORE_DUMP)
STEP_PROBES(memory, teardown, TEARDOWN_MEMORY)
STEP_PROBES(iommu_type1, teardown, TEARDOWN_IOMMU)
STEP_PROBES(iommufd, teardown, TEARDOWN_IOMMU)
STEP_PROBES(iommufd_domain, teardown, TEARDOWN_IOMMU)
STEP_PROBES(kvm_vm, teardown, TEARDOWN_KVM)
STEP_PROBES(kvm_put, teardown, TEARDOWN_KVM)
STEP_PROBES(kvm_memory, teardown, TEARDOWN_KVM)
STEP_PROBES(power, teardown, TEARDOWN_POWER)

/*
 * The files are closed by task work. task_work_run is not watched because every close() on the
 * machine goes through it; the functions before and after it in do_exit are called by exiting
 * threads only.
 */
SEC("kprobe")
int BPF_KPROBE(files_kprobe)
{
	return teardown(TEARDOWN_FILES, EDGE_BEGIN);
}

SEC("kprobe")
int BPF_KPROBE(files_end_kprobe)
{
	return teardown(TEARDOWN_FILES, EDGE_END);
}

SEC("fentry")
int BPF_PROG(files_fentry)
{
	return teardown(TEARDOWN_FILES, EDGE_BEGIN);
}

SEC("fentry")
int BPF_PROG(files_end_fentry)
{
	return teardown(TEARDOWN_FILES, EDGE_END);
}
