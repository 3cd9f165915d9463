// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * Counts the modules with probes that are loaded and freed. Functions of a loaded module can be
 * watched. A probe on a freed module is gone, and user space must attach it again when the module
 * is back, however quickly that was.
 */
#include "probes.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct module_counts);
} module_counts SEC(".maps");

/* Where a module is counted; NULL if it has no probes. */
static __always_inline struct module_counts *counts_of(struct module *module)
{
	__u32 zero = 0;

	return is_watched_module(module) ? bpf_map_lookup_elem(&module_counts, &zero) : NULL;
}

/*
 * User space reads the counts when it is woken. The record is not delivered, and there is no need
 * for it if the ring buffer is full: then user space is about to read anyway.
 */
static __always_inline void count(__u64 *modules)
{
	void *record;

	__sync_fetch_and_add(modules, 1);
	record = bpf_ringbuf_reserve(&events, sizeof(__u64), 0);
	if (record)
		bpf_ringbuf_discard(record, BPF_RB_FORCE_WAKEUP);
}

/* module:module_load(struct module *): its functions can be attached to when it is
 * initialised, a little later */
SEC("raw_tp")
int BPF_PROG(module_load, struct module *module)
{
	struct module_counts *counts = counts_of(module);

	if (counts)
		count(&counts->loads);
	return 0;
}

/* module:module_free(struct module *) */
SEC("raw_tp")
int BPF_PROG(module_free, struct module *module)
{
	struct module_counts *counts = counts_of(module);

	if (counts)
		count(&counts->frees);
	return 0;
}
