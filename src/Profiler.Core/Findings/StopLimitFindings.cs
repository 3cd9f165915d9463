using Profiler.Core.Lives;
using Profiler.Core.Names;

namespace Profiler.Core.Findings;

/// <summary>A shutdown compared with the time limit of whoever stops the process.</summary>
internal static class StopLimitFindings
{
    /// <returns>Null if the shutdown was not seen from begin to end, released nothing, or was not begun by who has the limit.</returns>
    public static Finding? For(Shutdown shutdown, StopLimit limit)
    {
        // A manager's limit counts from its SIGTERM; the reader's own from whatever ended the process.
        bool counts = limit.Manager is null || shutdown.Trigger == Trigger.SigTerm;
        return counts && ShutdownCost.Of(shutdown) is { } took ? Of(shutdown, took, (long)limit.Time.TotalNanoseconds, limit) : null;
    }

    private static Finding Of(Shutdown shutdown, ShutdownCost took, long limitNs, StopLimit limit)
    {
        long overNs = took.WallNs - limitNs;
        double reached = took.DevicesAt(limitNs);
        long? limitDevices = double.IsFinite(reached) ? (long)reached : null;
        long advisedNs = (long)StopForecast.AdvisedFor(took.WallNs).TotalNanoseconds;
        return new Finding(FindingKinds.StopLimit, () => new FindingDetails(
            $"the shutdown took {Figures.Text(took.WallNs)} from {shutdown.Trigger.Name()}, {Figures.Text(Math.Abs(overNs))} " +
            $"{(overNs >= 0 ? "longer" : "less")} than {Words(limit, limitNs)}",
            $"at {Figures.Text((long)took.EachNs)} per device on this host it is " +
            (limitDevices is { } devices ? $"reached with {Figures.Count(devices, "device")} or more" : "never reached") +
            (overNs >= 0 && limit.Setting is { } setting
                ? $"; with {Figures.Count(shutdown.Releases.Length, "device")} set {setting} to {Figures.Limit(advisedNs)} or more"
                : ""))
        {
            Devices = [.. shutdown.Releases.Select(r => r.Device)],
            Numbers = Finding.Known(
                ("wall_ns", took.WallNs), ("limit_ns", limitNs), ("per_device_ns", (long)took.EachNs), ("limit_devices", limitDevices),
                ("advised_ns", advisedNs)),
        })
        {
            Severity = overNs >= 0 ? Severity.Warning : Severity.Info,
            CostNs = Math.Max(0, overNs),
        };
    }

    private static string Words(StopLimit limit, long limitNs) => limit switch
    {
        { Manager: { } manager, Setting: { } setting } => $"the {Figures.Limit(limitNs)} after which {manager} sends SIGKILL if {setting} is not set",
        { Manager: { } manager } => $"the {Figures.Limit(limitNs)} after which {manager} sends SIGKILL",
        _ => $"the limit of {Figures.Limit(limitNs)}",
    };
}
