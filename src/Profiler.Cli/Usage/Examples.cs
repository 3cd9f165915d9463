using System.CommandLine;

namespace Profiler.Cli.Usage;

/// <summary>What people use each command for, as they would type it.</summary>
internal static class Examples
{
    private static readonly Dictionary<string, string[]> ByCommand = new()
    {
        [""] =
        [
            "sudo vfioscope record -o vm.vfioscope -- virsh destroy web-1",
            "vfioscope report vm.vfioscope",
            "sudo vfioscope top",
        ],
        ["check"] =
        [
            "sudo vfioscope check",
            "sudo vfioscope check --json | jq .ok",
            "sudo vfioscope check --clean",
        ],
        ["top"] =
        [
            "sudo vfioscope top",
            "sudo vfioscope top --vm web-1",
            "vfioscope top --from vm.vfioscope --speed 10",
            "sudo vfioscope top --json | jq 'select(.shutdown)'",
        ],
        ["record"] =
        [
            "sudo vfioscope record -o vm.vfioscope",
            "sudo vfioscope record -o vm.vfioscope --duration 5m",
            "sudo vfioscope record -o vm.vfioscope -- virsh destroy web-1",
            "sudo vfioscope record --format jsonl | logger --tag vfioscope",
        ],
        ["report"] =
        [
            "vfioscope report vm.vfioscope",
            "vfioscope report vm.vfioscope --device 0000:01:00.0",
            "vfioscope report vm.vfioscope --json -o report.json",
            "vfioscope report vm.vfioscope --format html -o report.html",
            "vfioscope report vm.vfioscope --what-if parallel-close,flr",
            "sudo vfioscope report --list",
        ],
        ["compare"] =
        [
            "vfioscope compare old-kernel.vfioscope new-kernel.vfioscope",
            "vfioscope compare --before a.vfioscope b.vfioscope --after c.vfioscope",
            "vfioscope compare old.vfioscope new.vfioscope --fail-if-slower 10%",
            "vfioscope compare old.vfioscope new.vfioscope --format html -o compare.html",
        ],
        ["export"] =
        [
            "vfioscope export vm.vfioscope --format perfetto -o vm.pftrace",
            "vfioscope export vm.vfioscope --format csv -o vm.csv",
            "vfioscope export vm.vfioscope --format jsonl | jq 'select(.shutdown)'",
        ],
        ["serve"] =
        [
            "sudo vfioscope serve",
            "sudo vfioscope serve --web.listen-address :9877 --web.config.file web.yml",
            "sudo vfioscope serve --keep-slow 10s:/var/lib/vfioscope",
            "vfioscope serve --from vm.vfioscope",
        ],
        ["why"] =
        [
            "sudo vfioscope why",
            "sudo vfioscope why web-1",
            "sudo vfioscope why 0000:01:00.0 --json",
        ],
        ["release"] =
        [
            "sudo vfioscope release --mode close 01:00.0 02:00.0",
            "sudo vfioscope release --mode exit --dma 2G --repeat 3 01:00.0",
            "sudo vfioscope release --mode close --iommu iommufd 01:00.0 02:00.0",
            "sudo vfioscope release --mode threads --hold 01:00.0 02:00.0",
            "sudo vfioscope release --open-only --dma 2G --page 2m 01:00.0 02:00.0",
        ],
        ["help"] = ["vfioscope help report"],
    };

    /// <summary>Of a command of this program; none for another.</summary>
    public static string[] Of(Command command) =>
        ByCommand.GetValueOrDefault(command is RootCommand ? "" : command.Name, []);
}
