using Profiler.Core.Lives;

namespace Profiler.Core.Findings;

/// <summary>A shutdown compared with libvirt's limits, and the number of devices with which it reaches them. Nanoseconds.</summary>
/// <param name="Cost">What the devices added to it.</param>
/// <param name="SigkillNs">From the first signal to libvirt's SIGKILL; null if SIGKILL was the first signal.</param>
/// <param name="FailureNs">From the first signal until libvirt gives up with this number of devices.</param>
public readonly record struct LibvirtProjection(ShutdownCost Cost, long? SigkillNs, long FailureNs)
{
    /// <summary>Computes it.</summary>
    /// <returns>Null as of <see cref="ShutdownCost.Of"/>.</returns>
    public static LibvirtProjection? Of(Shutdown shutdown)
    {
        if (ShutdownCost.Of(shutdown) is not { } cost)
            return null;
        (long? kill, long failure) = Limits(shutdown, shutdown.Releases.Length);
        return new LibvirtProjection(cost, kill, failure);
    }

    /// <summary>libvirt's limits for a shutdown with a number of devices, nanoseconds after its first signal.</summary>
    public static (long? SigkillNs, long FailureNs) Limits(Shutdown shutdown, int devices)
    {
        long? kill = SigkillOf(shutdown);
        return (kill, (long)Failure(kill, devices).TotalNanoseconds);
    }

    /// <inheritdoc cref="FailureWith"/>
    /// <returns>Null as of <see cref="Of"/>.</returns>
    public static double? FailureDevices(Shutdown shutdown) => Of(shutdown)?.FailureWith;

    /// <summary>
    /// The smallest number of devices with which libvirt sends SIGKILL before the end; null if SIGKILL was the first signal.
    /// </summary>
    public double? SigkillWith => SigkillNs is { } kill ? Cost.DevicesAt(kill) : null;

    /// <summary>The smallest number of devices with which libvirt gives up; infinite if there is none.</summary>
    public double FailureWith => Cost.DevicesAt(Failure(SigkillNs, 0).TotalNanoseconds, LibvirtLimits.PerDevice.TotalNanoseconds);

    // libvirt's SIGKILL, also if other programs sent the signals that were seen.
    private static long? SigkillOf(Shutdown shutdown) =>
        shutdown.Trigger == Trigger.SigKill ? null : (long)LibvirtLimits.Sigkill.TotalNanoseconds;

    private static TimeSpan Failure(long? killNs, int devices) => LibvirtLimits.Failure(TimeSpan.FromMicroseconds((killNs ?? 0) / 1e3), devices);
}
