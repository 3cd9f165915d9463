using System.CommandLine;
using Profiler.Core.Shutdowns;
using Profiler.Core.Spans;

namespace Profiler.Cli.Report;

/// <summary>Which shutdowns and operations are wanted; null means all.</summary>
/// <param name="Pid">Of this process.</param>
/// <param name="Vm">Of this virtual machine.</param>
/// <param name="Device">That concern this device.</param>
internal sealed record ReportFilter(int? Pid, string? Vm, string? Device)
{
    /// <summary>Everything.</summary>
    public static readonly ReportFilter None = new(null, null, null);

    private static readonly Option<int?> PidOption = new("--pid") { Description = "only this process" };

    private static readonly Option<string?> VmOption = new("--vm") { Description = "only the virtual machine of this name" };

    private static readonly Option<string?> DeviceOption = new("--device") { Description = "only what concerns this device (BDF)" };

    public static void AddTo(Command command)
    {
        command.Add(PidOption);
        command.Add(VmOption);
        command.Add(DeviceOption);
    }

    public static ReportFilter From(ParseResult parsed) => new(
        parsed.GetValue(PidOption), parsed.GetValue(VmOption), parsed.GetValue(DeviceOption));

    public bool Wants(Shutdown shutdown, string? vm) =>
        WantsProcess(shutdown.Task.Tgid, vm) &&
        (shutdown.Releases.Any(r => WantsDevice(r.Device)) || shutdown.Unreleased.Any(WantsDevice));

    /// <summary>What is over concerns a process and a device; a signal only a process.</summary>
    public bool Wants(Activity activity, Func<int, string?> vm) => activity switch
    {
        Operation o => WantsProcess(o.Task.Tgid, vm(o.Task.Tgid)) && WantsDevice(o.Device),
        StandaloneReset r => WantsProcess(r.Task.Tgid, vm(r.Task.Tgid)) && WantsDevice(r.Reset.Device),
        SignalDelivered s => WantsProcess(s.Target.Tgid, vm(s.Target.Tgid)) && Device is null,
        _ => this == None,
    };

    public bool WantsProcess(int pid, string? vm) => (Pid is null || Pid == pid) && (Vm is null || Vm == vm);

    /// <summary>"01:00.0" is short for "0000:01:00.0".</summary>
    public bool WantsDevice(string device) =>
        Device is null || device == Device || device == "0000:" + Device;
}
