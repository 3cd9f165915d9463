// SPDX-License-Identifier: GPL-2.0
// One record for each process that exits.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

// As ExitRecord in Program.cs.
struct exit_record {
	__u32 pid;
	char name[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("raw_tp/sched_process_exit")
int on_exit(void *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct exit_record *record;

	// Threads that are not the first one.
	if ((__u32)id != id >> 32)
		return 0;
	record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
	if (!record)
		return 0;
	record->pid = id >> 32;
	bpf_get_current_comm(record->name, sizeof(record->name));
	bpf_ringbuf_submit(record, 0);
	return 0;
}
