# shellcheck shell=bash
# Sourced by what runs in the guest.

# wait_for SECONDS COMMAND…: returns once the command succeeds; if that takes longer, says so, has `explain` say more if there
# is such a function, and ends the script.
wait_for() {
    local until=$((SECONDS + $1))
    shift
    while (( SECONDS < until )); do
        if "$@" &>/dev/null; then return; fi
        sleep 0.1
    done
    echo "$(basename "$0"): in vain: $*" >&2
    if declare -F explain >/dev/null; then explain >&2; fi
    exit 1
}

# A terminal of tmux' own, named `top`.
tmux() { command tmux -u -L top "$@"; }
look() { tmux capture-pane -p -t top; }
shows() { look | grep -q "$1"; }
