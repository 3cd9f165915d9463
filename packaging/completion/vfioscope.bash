# bash completion for vfioscope
# Made of the usage table by CompletionTests.cs in tests/Profiler.Cli.Tests: UPDATE_GOLDEN=1 make unit

_vfioscope() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} words='' i
    # --format=json is three words.
    if [[ $word == = ]]; then word=''; elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD - 2]}; fi
    COMPREPLY=()
    if (( COMP_CWORD == 1 )); then
        mapfile -t COMPREPLY < <(compgen -W 'check top record report compare export serve why release help -h --help -V --version --notices' -- "$word")
        return
    fi
    for (( i = 2; i < COMP_CWORD; i++ )); do
        # What comes after -- is another program's.
        if [[ ${COMP_WORDS[i]} == -- ]]; then
            if declare -F _command_offset >/dev/null; then _command_offset $(( i + 1 )); else mapfile -t COMPREPLY < <(compgen -c -f -- "$word"); fi
            return
        fi
    done
    case $command$previous in
        check--format) words='text json' ;;
        check--attach) words='auto kprobe fentry' ;;
        check--lock-probe) words='auto entry slowpath tracepoint' ;;
        check--buffer) return ;;
        check--stacks) return ;;
        top--from) words=FILES ;;
        top--speed) return ;;
        top--attach) words='auto kprobe fentry' ;;
        top--lock-probe) words='auto entry slowpath tracepoint' ;;
        top--buffer) return ;;
        top--stacks) return ;;
        top--pid) return ;;
        top--vm) return ;;
        top--device) return ;;
        top--keep-slow) return ;;
        top--keep-finding) words='info warning' ;;
        top--keep-before) return ;;
        top--keep-files) return ;;
        top--keep-size) return ;;
        top--keep-memory) return ;;
        top--format) words='text json' ;;
        record-o|record--output) words=FILES ;;
        record--format) words='recording jsonl' ;;
        record--duration) return ;;
        record--attach) words='auto kprobe fentry' ;;
        record--lock-probe) words='auto entry slowpath tracepoint' ;;
        record--buffer) return ;;
        record--stacks) return ;;
        report--format) words='text json html' ;;
        report-o|report--output) words=FILES ;;
        report--limit) return ;;
        report--what-if) return ;;
        report--dir) return ;;
        report--pid) return ;;
        report--vm) return ;;
        report--device) return ;;
        compare--before) words=FILES ;;
        compare--after) words=FILES ;;
        compare--fail-if-slower) return ;;
        compare--format) words='text json html' ;;
        compare-o|compare--output) words=FILES ;;
        compare--pid) return ;;
        compare--vm) return ;;
        compare--device) return ;;
        export--format) words='perfetto csv jsonl' ;;
        export-o|export--output) words=FILES ;;
        export--pid) return ;;
        export--vm) return ;;
        export--device) return ;;
        serve--web.listen-address) return ;;
        serve--web.config.file) words=FILES ;;
        serve--web.telemetry-path) return ;;
        serve--web.max-requests) return ;;
        serve--max-devices) return ;;
        serve--max-vms) return ;;
        serve--otlp.endpoint) return ;;
        serve--otlp.signals) return ;;
        serve--otlp.protocol) words='grpc http/protobuf' ;;
        serve--otlp.interval) return ;;
        serve--log.level) words='debug info warn error' ;;
        serve--log.format) words='text json journald' ;;
        serve--from) words=FILES ;;
        serve--speed) return ;;
        serve--attach) words='auto kprobe fentry' ;;
        serve--lock-probe) words='auto entry slowpath tracepoint' ;;
        serve--buffer) return ;;
        serve--stacks) return ;;
        serve--keep-slow) return ;;
        serve--keep-finding) words='info warning' ;;
        serve--keep-before) return ;;
        serve--keep-files) return ;;
        serve--keep-size) return ;;
        serve--keep-memory) return ;;
        why--format) words='text json' ;;
        release--mode) words='exit close threads processes' ;;
        release--repeat) return ;;
        release--iommu) words='type1 iommufd compat' ;;
        release--dma) return ;;
        release--page) words='4k 2m 1g' ;;
        *)
            case $command in
                check) words='--clean --format --json --attach --lock-probe --buffer --stacks -h --help' ;;
                top) words='--bpf-stats --from --speed --attach --lock-probe --buffer --stacks --pid --vm --device --keep-slow --keep-finding --keep-before --keep-files --keep-size --keep-memory --format --json -h --help' ;;
                record) words='-o --output --format --duration --attach --lock-probe --buffer --stacks -h --help' ;;
                report) words='--format --json -o --output --addresses --limit --what-if --dir --list --pid --vm --device -h --help'; [[ $word == -* ]] || words=FILES ;;
                compare) words='--before --after --fail-if-slower --format --json -o --output --pid --vm --device -h --help'; [[ $word == -* ]] || words=FILES ;;
                export) words='--format -o --output --pid --vm --device -h --help'; [[ $word == -* ]] || words=FILES ;;
                serve) words='--web.listen-address --web.systemd-socket --web.config.file --web.telemetry-path --web.max-requests --max-devices --max-vms --otlp.endpoint --otlp.signals --otlp.protocol --otlp.interval --log.level --log.format --bpf-stats --from --speed --attach --lock-probe --buffer --stacks --keep-slow --keep-finding --keep-before --keep-files --keep-size --keep-memory -h --help' ;;
                why) words='--format --json -h --help' ;;
                release) words='--mode --open-only --repeat --hold --iommu --dma --page -h --help' ;;
                help) words='check top record report compare export serve why release help -h --help' ;;
            esac
            ;;
    esac
    if [[ $words == FILES ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    fi
}
complete -F _vfioscope vfioscope
