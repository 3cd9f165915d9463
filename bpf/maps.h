/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Values and sizes of the maps that user space reads or writes, besides the events. The C# mirror
 * is src/Profiler.Bpf/Native/MapValues.cs; a test compiles this header and compares.
 */
#ifndef VFIOSCOPE_MAPS_H
#define VFIOSCOPE_MAPS_H

#include <linux/types.h>

/* What does not change once an object is loaded. */
struct settings {
	__u64 page_size;	  /* bytes of a small page */
	__u64 stack_threshold_ns; /* what takes this long has its kernel stack kept; 0: none is kept
				   */
};

/* What user space changes while programs run. Programs only read it. */
struct control {
	__u64 capturing;      /* if 0, no event is emitted and no new span is followed */
	__u64 reaping_unseen; /* release_task is not watched: PROCESS_DEAD is the last event */
};

/*
 * How many are under way. Programs read it before anything else: while nothing is, a probe that
 * fires for every process of the host costs a load and a branch. Whoever adds to or removes from
 * the maps behind it counts, atomically: programs, and user space in the mapped page.
 */
struct under_way {
	__u64 spans;	  /* entries of the map of spans: threads inside an operation */
	__u64 resets;	  /* entries of the map of reset steps */
	__u64 processes;  /* entries of the map of tracked processes, or more */
	__u64 vms;	  /* entries of the map of virtual machines that have not run yet */
	__u64 mappings;	  /* entries of the map of mappings for DMA */
	__u64 unmappings; /* entries of the map of threads that unmap */
	__u64 faulting;	  /* entries of the map of threads in a fault of a BAR */
	__u64 bars;	  /* entries of the map of faults of BARs that were not told yet */
};

/* How many modules with probes were loaded and freed. */
struct module_counts {
	__u64 loads;
	__u64 frees;
};

#define MAX_PROCESSES 16384 /* that are tracked at once */

/* Values of the map of tracked processes. */
enum tracked_as {
	TRACKED_STARTING = 1, /* no vCPU of it has run yet, as far as known */
	TRACKED_RUNS,	      /* its start is over, or was not seen */
};

#define STACK_DEPTH 48 /* addresses in a value of stacks */

#define NAME_LENGTH 128

/* An address, and the name that the kernel prints for it. */
struct question {
	__u64 address;
	char name[NAME_LENGTH]; /* "function+0x12/0x340 [module]" */
};

#endif
