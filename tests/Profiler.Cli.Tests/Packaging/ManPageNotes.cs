using System.CommandLine;

namespace Profiler.Cli.Tests.Packaging;

/// <summary>What a man page says beyond the help of its command.</summary>
internal static class ManPageNotes
{
    private static readonly Dictionary<string, string[]> Notes = new()
    {
        [""] =
        [
            "Small eBPF programs watch the release, open, lock and reset functions of VFIO and PCI in the running kernel. Their events become a report, a live view, or metrics for Prometheus. Neither the guest nor the kernel is changed.",
            "Watching needs root, or the capabilities that /usr/share/doc/vfioscope/install.md lists for each kernel. Reading a recording needs neither.",
        ],
        ["release"] = ["This resets the devices. Do not use it on devices that are in use."],
        ["serve"] =
        [
            "As a service: systemctl enable --now vfioscope. It serves on 127.0.0.1:9877, with the settings in the files below.",
            "SIGHUP makes it read the file of --web.config.file again; changes are also noticed at the next request. A new version that is wrong, or that removes the last user, the client certificates or TLS, is refused: the former one stays in force.",
        ],
    };

    private static readonly (string, string)[] OtlpEnvironment =
    [
        ("\\fBOTEL_EXPORTER_OTLP_PROTOCOL\\fR, \\fBOTEL_METRIC_EXPORT_INTERVAL\\fR", "Defaults of --otlp.protocol and --otlp.interval. The others of the OpenTelemetry specification for exporters apply as well."),
    ];

    private static readonly (string, string)[] ServiceFiles =
    [
        ("\\fI/etc/default/vfioscope\\fR", "Options of the service."),
        ("\\fI/etc/vfioscope/web.yml\\fR", "TLS, users and limits of the service."),
        ("\\fI/usr/share/vfioscope/grafana\\fR, \\fI/usr/share/vfioscope/prometheus\\fR", "Dashboards, rules and alerts, with examples of provisioning."),
    ];

    private static readonly (string, string)[] ProgramFiles =
    [
        ("\\fI/usr/share/vfioscope/magic\\fR", "Entry of magic(5) for recordings: file -m /usr/share/vfioscope/magic FILE."),
        ("\\fI/usr/share/doc/vfioscope\\fR", "What figures, findings, metrics and the format of recordings mean."),
        ("\\fI/usr/share/misc/pci.ids\\fR", "Names of devices, if the package pci.ids is installed."),
    ];

    /// <summary>Paragraphs for the description.</summary>
    public static string[] Of(Command command) => Notes.GetValueOrDefault(Key(command), []);

    public static IEnumerable<(string Name, string Text)> EnvironmentOf(Command command) => Key(command) switch
    {
        "top" => [("\\fBNO_COLOR\\fR", "If not empty, the view has no colours.")],
        "serve" => OtlpEnvironment,
        _ => [],
    };

    public static IEnumerable<(string Name, string Text)> FilesOf(Command command) => Key(command) switch
    {
        "serve" => ServiceFiles,
        "" => ProgramFiles,
        _ => [],
    };

    private static string Key(Command command) => command is RootCommand ? "" : command.Name;
}
