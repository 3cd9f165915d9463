# shellcheck shell=bash
# Sourced: unpacks packages of any Debian suite into $work/root. Nothing is installed and the machine's own apt state is
# only read: packages come from the machine's own mirror, through an apt state of our own, so neither root nor a matching
# release is needed. Whoever sources this has `fail MESSAGE`, and calls
#
#   fetch_begin DIR SUITE   to wait for others who fetch into DIR; makes $work beside what is to come, on the same disk
#   fetch_lists             to ask the mirror what there is
#   unpack …                as below
#
# and moves the result where it belongs by one rename, so that its being there means it is complete.

cache=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/.cache

fetch_begin() {
    suite=$2
    apt=$cache/apt/$suite
    mkdir -p "$1" "$apt"
    exec {lock}>"$1/.lock"
    flock "$lock"
    work=$(mktemp -d "$1/.fetching.XXXXXX")
    trap 'rm -rf "$work"' EXIT
}

fetch_lists() {
    write_sources || fail "no Debian source is configured on this machine (or run apt-get update first)"
    with_our_state apt-get update || fail "cannot fetch the package lists of $suite: $(tail -n 1 "$work/apt.log")"
}

# Our suite on the machine's mirror: its own sources with its code name replaced by ours. sid has no security archive.
write_sources() {
    local here uri release
    # shellcheck source=/dev/null
    here=$(. /etc/os-release && echo "$VERSION_CODENAME")
    # shellcheck disable=SC2016 # they are apt's, not ours
    apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 'Component: main' 'Origin: Debian' |
        sort -u | while read -r uri release; do
            case $release in
                "$here") echo "deb $uri $suite main" ;;
                "$here-security") [[ $suite == sid ]] || echo "deb $uri $suite-security main" ;;
            esac
        done >"$apt/sources.list"
    [[ -s $apt/sources.list ]]
}

with_our_state() {
    local command=$1; shift
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
    touch "$apt/status"
    "$command" -qq -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State="$apt" -o Dir::State::Status="$apt/status" -o Dir::Cache="$apt/cache" \
        -o APT::Sandbox::User=root -o APT::Update::Error-Mode=any -o Acquire::Retries=3 -o Acquire::Languages=none \
        "$@" 2>"$work/apt.log"
}

# Unpacks into $work/root what the package named $1 stands for: it and, through all its dependencies, every package matching $2.
unpack() {
    local packages deb
    mapfile -t packages < <(with_our_state apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts \
        --no-breaks --no-replaces --no-enhances "$1" | grep -xE "$2" | sort -u)
    (( ${#packages[@]} )) || fail "no package $1 in $suite"
    mkdir -p "$work/debs" "$work/root"
    (cd "$work/debs" && with_our_state apt-get download "${packages[@]}") ||
        fail "cannot download ${packages[*]}: $(tail -n 1 "$work/apt.log")"
    for deb in "$work"/debs/*.deb; do
        dpkg-deb -x "$deb" "$work/root" || fail "cannot unpack $(basename "$deb")"
    done
}
