// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * Has the kernel print the name of an address, for when /proc/kallsyms hides addresses even from
 * root (kptr_restrict=2). User space runs it once per address; it is not attached to anything.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "maps.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct question);
} question SEC(".maps");

static const char format[] = "%pS";

/*
 * The program type: 79a7f8bdb159 ("bpf: Introduce bpf_sys_bpf() helper and program type."), 5.14;
 * the helper: 7b15523a989b ("bpf: Add a bpf_snprintf helper"), 5.13.
 */
SEC("syscall")
int symbolize(void *ctx)
{
	__u32 zero = 0;
	struct question *asked = bpf_map_lookup_elem(&question, &zero);
	__u64 address;

	if (!asked)
		return 1;
	address = asked->address;
	return bpf_snprintf(asked->name, sizeof(asked->name), format, &address, sizeof(address)) <
	       0;
}
