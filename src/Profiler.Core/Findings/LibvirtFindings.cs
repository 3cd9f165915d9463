using Profiler.Core.Lives;
using Profiler.Core.Names;

namespace Profiler.Core.Findings;

/// <summary>A shutdown by signal, compared with libvirt's time limits.</summary>
internal static class LibvirtFindings
{
    public static Finding? For(Shutdown shutdown) =>
        shutdown.Trigger is Trigger.SigTerm or Trigger.SigKill && LibvirtProjection.Of(shutdown) is { } projection
            ? Of(shutdown, projection)
            : null;

    private static Finding Of(Shutdown shutdown, LibvirtProjection projection)
    {
        long overNs = projection.Cost.WallNs - (projection.SigkillNs ?? projection.FailureNs);
        return new Finding(FindingKinds.LibvirtLimits, () => new FindingDetails(
            $"the shutdown took {Figures.Text(projection.Cost.WallNs)} from {shutdown.Trigger.Name()}, {Compared(shutdown, projection)}",
            Remedy(projection))
        {
            Devices = [.. shutdown.Releases.Select(r => r.Device)],
            Numbers = Finding.Known(
                ("wall_ns", projection.Cost.WallNs), ("failure_ns", projection.FailureNs), ("per_device_ns", (long)projection.Cost.EachNs),
                ("sigkill_ns", projection.SigkillNs), ("sigkill_devices", Whole(projection.SigkillWith)),
                ("failure_devices", Whole(projection.FailureWith))),
        })
        {
            Severity = overNs >= 0 ? Severity.Warning : Severity.Info,
            CostNs = Math.Max(0, overNs),
        };
    }

    private static string Compared(Shutdown shutdown, LibvirtProjection projection)
    {
        string givesUp = $"{Figures.Limit(projection.FailureNs)} after which libvirt gives up ({Figures.Count(shutdown.Releases.Length, "device")})";
        if (projection.Cost.WallNs >= projection.FailureNs)
            return $"longer than the {givesUp}";
        string left = Figures.Text(projection.FailureNs - projection.Cost.WallNs);
        if (projection.SigkillNs is not { } kill)
            return $"{left} less than the {givesUp}";
        return projection.Cost.WallNs >= kill
            ? $"longer than the {Figures.Limit(kill)} after which libvirt sends SIGKILL, and {left} less than the {givesUp}"
            : $"{Figures.Text(kill - projection.Cost.WallNs)} less than the {Figures.Limit(kill)} after which libvirt sends SIGKILL";
    }

    private static string Remedy(LibvirtProjection projection)
    {
        string sigkill = Whole(projection.SigkillWith) is { } killed ? $"sends SIGKILL with {Figures.Count(killed, "device")} or more and " : "";
        string failure = Whole(projection.FailureWith) is { } devices
            ? $"gives up with {Figures.Count(devices, "device")} or more"
            : $"never gives up (it allows {Figures.Limit((long)LibvirtLimits.PerDevice.TotalNanoseconds)} per device)";
        return $"at {Figures.Text((long)projection.Cost.EachNs)} per device on this host, libvirt {sigkill}{failure}";
    }

    private static long? Whole(double? devices) => devices is { } number && double.IsFinite(number) ? (long)number : null;
}
