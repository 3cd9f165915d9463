using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Findings;

/// <summary>A shutdown in libvirt's terms: how far it was from its limits, and with how many devices it reaches them.</summary>
/// <param name="WallNs">From the signal to the end.</param>
/// <param name="SigkillNs">When libvirt sends SIGKILL, after the first signal; null if that was the first signal.</param>
/// <param name="FailureNs">When libvirt gives up with as many devices, after the first signal.</param>
/// <param name="EachNs">What each device adds; of devices that are released side by side, their share.</param>
/// <param name="RestNs">What the shutdown takes besides.</param>
public sealed record LibvirtProjection(long WallNs, long? SigkillNs, long FailureNs, double EachNs, double RestNs)
{
    private static readonly double PerDeviceNs = LibvirtLimits.PerDevice.TotalNanoseconds;

    /// <summary>Computes it.</summary>
    /// <returns>Null if the shutdown does not tell: its process is not gone, or released nothing, or not all was seen.</returns>
    public static LibvirtProjection? Of(Shutdown shutdown)
    {
        if (!shutdown.Gone || !shutdown.IsWhole || shutdown.Releases.IsEmpty)
            return null;
        int devices = shutdown.Releases.Length;
        double each = Interval.UnionNs(shutdown.Releases.Select(r => r.Time)) / (double)devices;
        (long? kill, long failure) = Limits(shutdown, devices);
        return new LibvirtProjection(
            shutdown.Time.DurationNs, kill, failure, each, shutdown.Time.DurationNs - each * devices);
    }

    /// <summary>What libvirt's limits are for a shutdown with so many devices, nanoseconds after its first signal.</summary>
    public static (long? SigkillNs, long FailureNs) Limits(Shutdown shutdown, int devices)
    {
        long? kill = SigkillOf(shutdown);
        return (kill, (long)LibvirtLimits.Failure(TimeSpan.FromMicroseconds((kill ?? 0) / 1e3), devices).TotalNanoseconds);
    }

    /// <inheritdoc cref="FailureWith"/>
    /// <returns>Null as of <see cref="Of"/>.</returns>
    public static double? FailureDevices(Shutdown shutdown) => Of(shutdown)?.FailureWith;

    /// <summary>
    /// The least number of devices with which SIGKILL comes before the end, if each adds as much as here and the rest stays as
    /// it was; null if it came first.
    /// </summary>
    public double? SigkillWith => SigkillNs is { } kill ? Crossing(kill - RestNs, EachNs) : null;

    /// <summary>The least number of devices with which libvirt gives up; infinite if there is none.</summary>
    public double FailureWith => Crossing(
        LibvirtLimits.Failure(TimeSpan.FromMicroseconds((SigkillNs ?? 0) / 1e3), 0).TotalNanoseconds - RestNs, EachNs - PerDeviceNs);

    // Whenever SIGKILL came, and from whom: libvirt's comes then.
    private static long? SigkillOf(Shutdown shutdown) =>
        shutdown.Trigger == Trigger.SigKill ? null : (long)LibvirtLimits.Sigkill.TotalNanoseconds;

    private static double Crossing(double leftNs, double eachNs) =>
        eachNs >= leftNs ? 1 : eachNs <= 0 ? double.PositiveInfinity : Math.Ceiling(leftNs / eachNs);
}
