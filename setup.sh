#!/bin/bash
# Installs what this project needs on Debian 12 beyond git, make and the .NET SDK. Asks nothing; does nothing when all is there.
# With "bench" also what it is compared with, with "picture" what makes the picture in the README, with "browser" what opens the pages, with
# "kernel" what builds the lab's, with "container" what builds the image and runs it in the lab.
set -euo pipefail

build=(
    clang           # compiles the eBPF programs
    clang-format    # and keeps their looks
    libbpf-dev      # the headers they include
    libbpf1         # loads them
    pci.ids         # what devices are called
    linux-libc-dev  # the kernel's public headers
    gcc libc6-dev   # link the program; small test programs, the lab's kernel module
)
lab=(
    qemu-system-x86 # the lab's machine, and the one inside it; brings its firmware
    busybox-static  # the first programs the guest runs
    cpio            # packs them
    kmod            # modprobe and depmod for kernels that are only unpacked
    xz-utils zstd   # kernel modules come compressed
    jq              # figures out of reports
    curl            # asks the exporter and Prometheus in there
    procps          # pkill; and its top, which vfioscope's is compared with
    tmux            # a terminal for the terminal view, to be looked at from outside
    bsdextrautils   # column, for tables
    libvirt-daemon  # a real libvirt inside the lab; without libvirt-daemon-system it is no service here
    libvirt-daemon-driver-qemu libvirt-clients # its part for QEMU, and virsh
)
kernel=( # builds the lab's own, tests/lab/kernel
    flex bison bc   # its configuration and its scripts
    dwarves         # pahole, for its type information
    libelf-dev libssl-dev # what its build tools link
)
checks=(
    shellcheck      # every shell script
    python3-jsonschema # the report against its JSON Schema
    prometheus      # promtool, and a real server to scrape ours
)
bench=(
    prometheus-node-exporter # an exporter that many a host has
    bpftrace        # what one would ask by hand
    libbpf-tools    # klockstat, which watches locks
    linux-perf      # perf trace, perf lock
)
container=(
    buildah crun    # build the image, run it
    golang-github-containers-common # the filter of system calls that containers have
    python3-yaml    # reads the manifest
)
picture=(
    aha             # a terminal's colours as HTML
    chromium        # and that as a picture
    fonts-dejavu-core # in which a bar's blocks touch
)
browser=(
    chromium        # shows the pages of report and compare
)

stop() { echo "setup: $1" >&2; exit 3; }

if [[ ! -r /etc/debian_version ]]; then stop "this is for Debian 12; elsewhere install the like of: ${build[*]} ${lab[*]} ${checks[*]}"; fi
if ! command -v dotnet >/dev/null; then stop "the .NET SDK (dotnet) is missing; install it first"; fi

wanted=("${build[@]}" "${lab[@]}" "${checks[@]}")
case ${1-} in
    bench)   wanted+=("${bench[@]}") ;;
    picture) wanted+=("${picture[@]}") ;;
    browser) wanted+=("${browser[@]}") ;;
    kernel)  wanted+=("${kernel[@]}") ;;
    container) wanted+=("${container[@]}") ;;
esac
# The dashboards against Grafana's types. A Node.js from elsewhere brings its own npm, which Debian's would clash with.
if ! command -v npm >/dev/null; then wanted+=(nodejs npm); fi
mapfile -t missing < <(
    { printf '%s\n' "${wanted[@]}"
      dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null; } |
        awk '$2 == "installed" { delete absent[$1] } NF == 1 { absent[$1] } END { for (package in absent) print package }' | sort
)

lists_there() { compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null; }
if (( ! ${#missing[@]} )) && { lists_there || (( EUID )); }; then
    echo "setup: all there"
    exit 0
fi
if (( EUID )); then
    echo "sudo apt-get install --no-install-recommends ${missing[*]}"
    exit 3
fi

export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
if (( ${#missing[@]} )); then
    echo "setup: installing ${missing[*]}"
    # Debian starts what it installs; we want the programs, not a server. (RUNLEVEL is what invoke-rc.d looks at.)
    RUNLEVEL=1 apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends "${missing[@]}" >/dev/null
    for server in prometheus prometheus-node-exporter; do
        if [[ " ${missing[*]} " == *" $server "* ]]; then systemctl --quiet disable "$server" 2>/dev/null || true; fi
    done
fi
