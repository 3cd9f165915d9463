// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * Counts the VFIO modules that go. A probe on one of their functions goes with them, and user space
 * attaches it again when the module is back, however quickly that was.
 */
#include "probes.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} module_frees SEC(".maps");

/* module:module_free(struct module *) */
SEC("raw_tp")
int BPF_PROG(module_free, struct module *module)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&module_frees, &zero);

	if (count && is_vfio_module(module))
		__sync_fetch_and_add(count, 1);
	return 0;
}
