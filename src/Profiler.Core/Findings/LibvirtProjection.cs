using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Findings;

/// <summary>A shutdown compared with libvirt's limits, and the number of devices with which it reaches them. Nanoseconds.</summary>
/// <param name="WallNs">From the signal to the end.</param>
/// <param name="SigkillNs">From the first signal to libvirt's SIGKILL; null if SIGKILL was the first signal.</param>
/// <param name="FailureNs">From the first signal until libvirt gives up with this number of devices.</param>
/// <param name="EachNs">What each device adds: with releases in parallel its share of their time.</param>
/// <param name="RestNs">The rest of the shutdown.</param>
public sealed record LibvirtProjection(long WallNs, long? SigkillNs, long FailureNs, double EachNs, double RestNs)
{
    private static readonly double PerDeviceNs = LibvirtLimits.PerDevice.TotalNanoseconds;

    /// <summary>Computes it.</summary>
    /// <returns>Null if the process is not gone, released nothing, or was not seen from begin to end.</returns>
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

    /// <summary>libvirt's limits for a shutdown with a number of devices, nanoseconds after its first signal.</summary>
    public static (long? SigkillNs, long FailureNs) Limits(Shutdown shutdown, int devices)
    {
        long? kill = SigkillOf(shutdown);
        return (kill, (long)LibvirtLimits.Failure(TimeSpan.FromMicroseconds((kill ?? 0) / 1e3), devices).TotalNanoseconds);
    }

    /// <inheritdoc cref="FailureWith"/>
    /// <returns>Null as of <see cref="Of"/>.</returns>
    public static double? FailureDevices(Shutdown shutdown) => Of(shutdown)?.FailureWith;

    /// <summary>
    /// The smallest number of devices with which libvirt sends SIGKILL before the end, if each adds as much time as here and the rest is
    /// the same; null if SIGKILL was the first signal.
    /// </summary>
    public double? SigkillWith => SigkillNs is { } kill ? Crossing(kill - RestNs, EachNs) : null;

    /// <summary>The smallest number of devices with which libvirt gives up; infinite if there is none.</summary>
    public double FailureWith => Crossing(
        LibvirtLimits.Failure(TimeSpan.FromMicroseconds((SigkillNs ?? 0) / 1e3), 0).TotalNanoseconds - RestNs, EachNs - PerDeviceNs);

    // libvirt's SIGKILL, also if other programs sent the signals that were seen.
    private static long? SigkillOf(Shutdown shutdown) =>
        shutdown.Trigger == Trigger.SigKill ? null : (long)LibvirtLimits.Sigkill.TotalNanoseconds;

    private static double Crossing(double leftNs, double eachNs) =>
        eachNs >= leftNs ? 1 : eachNs <= 0 ? double.PositiveInfinity : Math.Ceiling(leftNs / eachNs);
}
