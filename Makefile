# vfioscope: `make help` lists what there is.
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:
.SHELLFLAGS := -euo pipefail -c
SHELL := bash
.DEFAULT_GOAL := help

# `make V=1` shows the commands.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s %s\n' '$(1)' '$(2)')

out := out
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

# ---- help ----

.PHONY: help
help: ## lists the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: setup
setup: ## installs what is missing (Debian; needs root)
	$(Q)./setup.sh

# ---- build ----

bpf_sources := $(wildcard bpf/*.bpf.c)
bpf_objects := $(bpf_sources:bpf/%.bpf.c=$(out)/bpf/%.bpf.o)
# -g gives the objects the BTF that CO-RE needs; with file names that do not depend on where it is built.
BPF_CFLAGS := -O2 -g -target bpf -D__TARGET_ARCH_x86 -Wall -Wextra -Wno-unused-parameter -Werror \
	-I/usr/include/x86_64-linux-gnu -ffile-prefix-map=$(CURDIR)=.
sources := $(shell find src -name '*.cs' -not -path '*/obj/*' -not -path '*/bin/*') \
	$(wildcard src/*/*.csproj Directory.*.props .editorconfig)

.PHONY: build
build: $(out)/vfioscope ## builds out/vfioscope, one self-contained file

.PHONY: lock
lock: ## writes packages.lock.json anew, after a change of packages
	$(Q)dotnet restore Profiler.sln --force-evaluate -p:UpdateLocks=true

.PHONY: bpf
bpf: $(bpf_objects) ## compiles the BPF programs

$(out)/bpf/%.bpf.o: bpf/%.bpf.c $(wildcard bpf/*.h)
	$(call say,BPF,$<)
	$(Q)mkdir -p $(@D)
	$(Q)clang $(BPF_CFLAGS) -c $< -o $@.tmp
	$(Q)mv $@.tmp $@

$(out)/vfioscope: $(bpf_objects) $(sources)
	$(call say,PUBLISH,$@)
	$(Q)dotnet publish src/Profiler.Cli -c Release -o $(out)/publish -v quiet
	$(Q)cp --remove-destination $(out)/publish/vfioscope $@ # the one before may run

packages := $(out)/packages

.PHONY: pack
pack: $(bpf_objects) ## leaves out/packages/*.nupkg: Profiler.Bpf, libbpf for other programs in C#, and what it needs
	$(call say,PACK,$(packages))
	$(Q)rm -rf $(packages)
	$(Q)for project in Linux Bpf; do dotnet pack src/Profiler.$$project -c Release -o $(packages) -v quiet; done

.PHONY: pack-check
pack-check: pack ## builds out/sample/exits against the packages, as another program would; not in CI
	$(call say,PUBLISH,$(out)/sample/exits)
# The packages of before have the same version.
	$(Q)rm -rf $(out)/sample tests/Profiler.Bpf.Sample/obj
	$(Q)dotnet publish tests/Profiler.Bpf.Sample -c Release -o $(out)/sample -v quiet
	$(Q)$(out)/sample/exits --help | grep -q '^usage: exits'

.PHONY: sbom
sbom: ## writes out/vfioscope.cdx.json, the parts of the program with their versions, hashes and licences (CycloneDX)
	$(Q)mkdir -p $(out)
	$(Q)packaging/sbom $(shell sed -n 's,.*<Version>\(.*\)</Version>.*,\1,p' Directory.Build.props) >$(out)/vfioscope.cdx.json

.PHONY: dashboards
dashboards: ## leaves out/dashboards, for Grafana's and Prometheus' provisioning
	$(call say,COPY,$(out)/dashboards)
	$(Q)rm -rf $(out)/dashboards
	$(Q)mkdir -p $(out)/dashboards/grafana/dashboards $(out)/dashboards/prometheus/rules
	$(Q)cp -r dashboards/provisioning/grafana $(out)/dashboards/grafana/provisioning
	$(Q)cp dashboards/*.json $(out)/dashboards/grafana/dashboards/
	$(Q)cp -r dashboards/provisioning/prometheus/. $(out)/dashboards/prometheus/
	$(Q)cp dashboards/rules/*.yml $(out)/dashboards/prometheus/rules/

# ---- installing ----

PREFIX ?= /usr/local
SYSCONFDIR ?= $(if $(filter /usr /usr/local,$(PREFIX)),/etc,$(PREFIX)/etc)
DESTDIR ?=
share = $(DESTDIR)$(PREFIX)/share
units = $(DESTDIR)$(PREFIX)/lib/systemd/system
put = install -D -m 644 -t

.PHONY: install
install: build dashboards sbom ## installs below PREFIX=/usr/local, in DESTDIR=: program, man pages, completions, service, dashboards
	$(call say,INSTALL,$(DESTDIR)$(PREFIX))
	$(Q)install -D -m 755 -t $(DESTDIR)$(PREFIX)/bin $(out)/vfioscope
	$(Q)$(put) $(share)/man/man1 packaging/man/*.1
	$(Q)install -D -m 644 packaging/completion/vfioscope.bash $(share)/bash-completion/completions/vfioscope
	$(Q)$(put) $(share)/zsh/vendor-completions packaging/completion/_vfioscope
	$(Q)$(put) $(share)/fish/vendor_completions.d packaging/completion/vfioscope.fish
	$(Q)$(put) $(share)/vfioscope packaging/magic
	$(Q)rm -rf $(share)/vfioscope/grafana $(share)/vfioscope/prometheus
	$(Q)cp -r $(out)/dashboards/grafana $(out)/dashboards/prometheus $(share)/vfioscope/
	$(Q)chmod -R u=rwX,go=rX $(share)/vfioscope
	$(Q)$(put) $(share)/doc/vfioscope $(out)/vfioscope.cdx.json README.md SECURITY.md CHANGELOG.md LICENSE THIRD-PARTY-NOTICES.txt docs/*
	$(Q)mkdir -p $(units)
	$(Q)for unit in service socket; do sed -e 's,@bindir@,$(PREFIX)/bin,g' -e 's,@sysconfdir@,$(SYSCONFDIR),g' \
		-e 's,@docdir@,$(PREFIX)/share/doc/vfioscope,g' packaging/systemd/vfioscope.$$unit | \
		install -m 644 /dev/stdin $(units)/vfioscope.$$unit; done
# Settings that are there are the administrator's.
	$(Q)[[ -e $(DESTDIR)$(SYSCONFDIR)/default/vfioscope ]] || install -D -m 644 packaging/systemd/vfioscope.default $(DESTDIR)$(SYSCONFDIR)/default/vfioscope
	$(Q)[[ -e $(DESTDIR)$(SYSCONFDIR)/vfioscope/web.yml ]] || install -D -m 640 packaging/systemd/web.yml $(DESTDIR)$(SYSCONFDIR)/vfioscope/web.yml

.PHONY: deb
deb: build dashboards ## makes out/vfioscope_VERSION_amd64.deb, and has lintian look at it if that is installed
	$(call say,DEB,$(out))
	$(Q)packaging/deb/build $(out)

# ---- the lab: a stock kernel with real VFIO devices, in a virtual machine ----

KERNEL ?= 6.12
DEVICES ?= 16
RUN ?= bash

.PHONY: lab
lab: setup build ## runs RUN='command' in a guest with KERNEL=6.12 and DEVICES=16
	$(Q)tests/lab/run --kernel $(KERNEL) --devices $(DEVICES) $(if $(OUT),--out $(OUT)) -- bash -c '$(subst ','\'',$(value RUN))'

.PHONY: lab-kernel
lab-kernel: setup ## builds the lab's own kernel, the one with iommufd: once, 11 to 21 minutes of CPU time
	$(Q)tests/lab/kernel iommufd

.PHONY: demo
demo: setup build ## shuts a real VM with 16 devices down under vfioscope and shows the report
	$(Q)tests/lab/demo $(out)/demo

.PHONY: experiment
experiment: setup build ## repeats the experiment of 2018 in the lab, prints its figures and ours
	$(Q)tests/lab/experiment $(out)/experiment

MINUTES ?= 30

.PHONY: soak
soak: setup build ## MINUTES=30 of random starts, shutdowns, hot-plugs and scrapes in a guest: memory flat, no release missing
	$(Q)tests/lab/soak $(MINUTES)

.PHONY: picture
picture: setup build ## makes docs/top.png: the terminal view while a real VM with 16 devices goes down
	$(Q)./setup.sh picture
	$(Q)tests/lab/picture

# ---- how fast it is ----

BENCH ?=
bench_parts := "$(strip tests/bench/program $(BENCH))" $(if $(BENCH),,tests/bench/start tests/lab/bench)

.PHONY: bench
bench: setup build ## how fast it is and what it costs, beside others: out/bench.txt; BENCH="frame uptime" narrows it
	$(Q)./setup.sh bench
	$(Q)tests/bench/run $(bench_parts)

# ---- checks and tests ----

.PHONY: check
check: setup bpf dashboards ## format, analyzers as errors, clang-format, shellcheck, promtool, Grafana's types
	$(call say,FORMAT,C)
	$(Q)clang-format --dry-run --Werror bpf/*.[ch] tests/lab/old-driver/*.c tests/Profiler.Bpf.Sample/*.c
	$(call say,FORMAT,C#)
	$(Q)dotnet format Profiler.sln --verify-no-changes --severity warn
	$(call say,BUILD,Profiler.sln)
	$(Q)dotnet build Profiler.sln -c Release -v quiet
	$(call say,SHELL,scripts)
	$(Q)shellcheck -x $(shell git ls-files | xargs grep -lE '^\#!/bin/(ba)?sh|^\#!/usr/bin/env bash' 2>/dev/null)
	$(call say,PROMTOOL,dashboards/rules)
	$(Q)promtool check config --lint=all --lint-fatal $(out)/dashboards/prometheus/prometheus.yml >$(out)/promtool.log 2>&1 || { cat $(out)/promtool.log >&2; exit 1; }
	$(Q)promtool test rules dashboards/rules/tests/*.yml >$(out)/promtool.log 2>&1 || { cat $(out)/promtool.log >&2; exit 1; }
	$(call say,GRAFANA,dashboards)
	$(Q)dashboards/schema/check

.PHONY: browser
browser: ## opens the pages of report and compare in a real Chromium; out/browser/ has pictures of them
	$(Q)./setup.sh browser
	$(Q)tests/browser/check $(out)/browser

.PHONY: test
test: setup build ## all tests, unit and lab, with all random cases; KERNELS=all: each lab test on each kernel; closes with "N passed, N failed"
	$(Q)THOROUGH=1 tests/run Cli Core Metrics Tui Bpf Host Report Linux Lab

.PHONY: matrix
matrix: setup build ## every kernel with every way of attaching; KERNELS="6.1 6.12" narrows it
	$(Q)tests/lab/matrix $(KERNELS)

.PHONY: lacking
lacking: setup build ## what the newest Debian kernel, fetched anew, no longer has for our probes: once a night
	$(Q)rm -rf .cache/kernels/newest
	$(Q)tests/lab/lacking newest

.PHONY: accuracy
accuracy: setup build ## every release, lock wait and reset against ftrace's; KERNELS="6.1 6.12" narrows it
	$(Q)tests/lab/accuracy $(KERNELS)

.PHONY: unit
unit: setup build ## the tests that need no guest
	$(Q)tests/run Cli Core Metrics Tui Bpf Host Report Linux

.PHONY: coverage
coverage: setup build ## runs the tests that need no guest, and prints how many lines of each project they ran; not in CI
	$(Q)status=0; COVERAGE=1 tests/run Cli Core Metrics Tui Bpf Host Report Linux || status=$$?; tests/coverage $(out)/test-results; exit $$status

N ?= 1000000

.PHONY: fuzz
fuzz: build ## all that reads foreign input, with N=1000000 inputs made of tests/Profiler.Cli.Tests/Fuzz/corpus each; the same each time
	$(Q)dotnet build tests/Profiler.Cli.Tests -c Release -v quiet
	$(Q)FUZZ=$(N) dotnet test tests/Profiler.Cli.Tests/bin/Release/*/Profiler.Cli.Tests.dll --filter 'FullyQualifiedName~.FuzzTests.' --logger 'console;verbosity=normal'

.PHONY: audit
audit: ## packages of the program that are known to be vulnerable; fails as well if the package source does not know
	$(Q)mkdir -p $(out)
	$(Q)dotnet nuget list source --format short | sed -n 's,^E \(.*\),<configuration><packageSources><clear /><add key="p" value="\1" /></packageSources><auditSources><clear /><add key="audit" value="\1" /></auditSources></configuration>,p;T;q' >$(out)/audit.config
	$(Q)dotnet list src/Profiler.Cli package --vulnerable --include-transitive --config $(out)/audit.config | tee $(out)/audit.log
	$(Q)! grep -qE 'did not provide any vulnerability data|has the following vulnerable packages' $(out)/audit.log

.PHONY: clean
clean: ## removes what was built; keeps .cache with the downloaded kernels
	$(Q)rm -rf $(out) src/*/bin src/*/obj tests/*/bin tests/*/obj
