using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Capture;

/// <summary>Selects shutdowns, starts and operations; null means all.</summary>
/// <param name="Pid">Process ID.</param>
/// <param name="Vm">VM name.</param>
/// <param name="Device">Device address.</param>
public sealed record ActivityFilter(int? Pid, string? Vm, string? Device)
{
    /// <summary>Selects everything.</summary>
    public static readonly ActivityFilter None = new(null, null, null);

    public bool Wants(Shutdown shutdown, string? vm) =>
        WantsProcess(shutdown.Task.Tgid, vm) &&
        (shutdown.Releases.Any(r => WantsDevice(r.Device)) || shutdown.Unreleased.Any(WantsDevice) ||
            shutdown.UnderWay.Any(o => WantsDevice(o.Device)));

    public bool Wants(Start start, string? vm) => WantsProcess(start.Task.Tgid, vm) &&
        (Device is null || start.Opens.Any(o => WantsDevice(o.Device)) || start.UnderWay.Any(o => WantsDevice(o.Device)));

    /// <summary>True if an activity matches. An operation has a process and a device; a signal has only a process.</summary>
    public bool Wants(Activity activity, Func<int, string?> vm) => activity switch
    {
        Operation o => WantsProcess(o.Task.Tgid, vm(o.Task.Tgid)) && WantsDevice(o.Device),
        StandaloneReset r => WantsProcess(r.Task.Tgid, vm(r.Task.Tgid)) && WantsDevice(r.Reset.Device),
        SignalDelivered s => WantsProcess(s.Target.Tgid, vm(s.Target.Tgid)) && Device is null,
        _ => this == None,
    };

    public bool WantsProcess(int pid, string? vm) => (Pid is null || Pid == pid) && (Vm is null || Vm == vm);

    /// <summary>True if the selected VM, device or process exists, even without events.</summary>
    public bool IsKnown(HostFacts known) => this switch
    {
        { Device: not null, Vm: null, Pid: null } => known.Devices.Keys.Any(WantsDevice),
        { Device: null } => known.VmNames.Any(v => WantsProcess(v.Key, v.Value)) ||
            known.AtStart.Keys.Any(pid => WantsProcess(pid, known.VmNames.GetValueOrDefault(pid))),
        _ => false,
    };

    /// <summary>One sentence: nothing matches, and the available values.</summary>
    /// <param name="known">VM names.</param>
    /// <param name="pids">Available processes.</param>
    /// <param name="devices">Available devices.</param>
    public string NotFound(HostFacts known, IEnumerable<int> pids, IEnumerable<string> devices)
    {
        string[] asked = [.. new[] { Pid is null ? null : $"--pid {Pid}", Vm is null ? null : $"--vm {Vm}", Device is null ? null : $"--device {Device}" }.OfType<string>()];
        string[] there =
        [
            .. new[]
            {
                Vm is null ? null : Some("VM", known.VmNames.Values.Distinct().Order(StringComparer.Ordinal)),
                Pid is null ? null : Some("process", pids.Select(p => $"{p}")),
                Device is null ? null : Some("device", known.Devices.Keys.Concat(devices).Distinct().Order(StringComparer.Ordinal)),
            }.OfType<string>(),
        ];
        return $"nothing matches {string.Join(' ', asked)}: there is {string.Join(", ", there)}";
    }

    private static string Some(string what, IEnumerable<string> names)
    {
        const int Told = 10;
        string[] all = [.. names];
        return all.Length == 0 ? $"no {what}"
            : $"{what} {string.Join(", ", all.Take(Told))}{(all.Length > Told ? $" and {all.Length - Told} more" : "")}";
    }

    /// <summary>True if the device matches; "01:00.0" is short for "0000:01:00.0".</summary>
    public bool WantsDevice(string device) =>
        Device is null || device == Device || device == "0000:" + Device;
}
