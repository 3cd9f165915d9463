# vfioscope: `make help` lists what there is.
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:
.SHELLFLAGS := -euo pipefail -c
SHELL := bash
.DEFAULT_GOAL := help

# `make V=1` shows the commands.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s %s\n' $(1) $(2))

out := out
bpf_sources := $(wildcard bpf/*.bpf.c)
bpf_objects := $(bpf_sources:bpf/%.bpf.c=$(out)/bpf/%.bpf.o)
# -g gives the objects the BTF that CO-RE needs; the debug sections proper are stripped off.
BPF_CFLAGS := -O2 -g -target bpf -D__TARGET_ARCH_x86 -Wall -Wextra -Wno-unused-parameter -Werror \
	-I/usr/include/$(shell gcc -print-multiarch 2>/dev/null || echo x86_64-linux-gnu)

.PHONY: bpf
bpf: $(bpf_objects)

$(out)/bpf/%.bpf.o: bpf/%.bpf.c $(wildcard bpf/*.h)
	$(call say,BPF,$<)
	$(Q)mkdir -p $(@D)
	$(Q)clang $(BPF_CFLAGS) -c $< -o $@.tmp
	$(Q)llvm-strip -g $@.tmp
	$(Q)mv $@.tmp $@
