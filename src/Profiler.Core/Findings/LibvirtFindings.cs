using Profiler.Core.Lives;
using static Profiler.Core.Findings.Words;

namespace Profiler.Core.Findings;

/// <summary>A shutdown by signal, in libvirt's terms.</summary>
internal static class LibvirtFindings
{
    public static Finding? For(Shutdown shutdown)
    {
        if (shutdown.Trigger is not (Trigger.SigTerm or Trigger.SigKill) || LibvirtProjection.Of(shutdown) is not { } projection)
            return null;
        string devices = Count(shutdown.Releases.Length, "device");
        string took = $"{Seconds(projection.WallNs)} from {shutdown.Trigger.Name()} to the end";
        long overNs = projection.WallNs - (projection.SigkillNs ?? projection.FailureNs);
        string where = projection.WallNs >= projection.FailureNs
            ? $"{took} is longer than the {Seconds(projection.FailureNs)} after which libvirt gives up with {devices}"
            : projection.SigkillNs is not { } kill
            ? $"{took} is {Seconds(projection.FailureNs - projection.WallNs)} less than the {Seconds(projection.FailureNs)} after SIGKILL at which libvirt gives up with {devices}"
            : projection.WallNs >= kill
            ? $"{took} is longer than the {Seconds(kill)} after which SIGKILL comes, and {Seconds(projection.FailureNs - projection.WallNs)} less than " +
                $"the {Seconds(projection.FailureNs)} after which libvirt gives up with {devices}"
            : $"{took} is {Seconds(kill - projection.WallNs)} less than the {Seconds(kill)} after which SIGKILL comes";
        return new Finding("libvirt_limits", overNs >= 0 ? Severity.Warning : Severity.Info, where, Remedy(projection))
        {
            CostNs = Math.Max(0, overNs),
            Devices = [.. shutdown.Releases.Select(r => r.Device)],
            Numbers = Numbers(
                ("wall_ns", projection.WallNs), ("failure_ns", projection.FailureNs), ("per_device_ns", (long)projection.EachNs),
                ("sigkill_ns", projection.SigkillNs), ("sigkill_devices", Whole(projection.SigkillWith)),
                ("failure_devices", Whole(projection.FailureWith))),
        };
    }

    private static string Remedy(LibvirtProjection projection)
    {
        string failure = Whole(projection.FailureWith) is { } devices
            ? $"libvirt gives up with {Count(devices, "device")} or more"
            : $"libvirt never gives up, as it allows {Seconds((long)LibvirtLimits.PerDevice.TotalNanoseconds)} for each";
        string sigkill = Whole(projection.SigkillWith) is { } killed ? $"SIGKILL comes with {Count(killed, "device")} or more, and " : "";
        return $"at {Seconds((long)projection.EachNs)} for each device on this host, {sigkill}{failure}";
    }

    private static long? Whole(double? devices) => devices is { } number && double.IsFinite(number) ? (long)number : null;
}
