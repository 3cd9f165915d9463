using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Findings;

/// <summary>What the devices of a shutdown added to its time, and the rest. Nanoseconds.</summary>
/// <param name="WallNs">From its cause to the end.</param>
/// <param name="EachNs">What each device adds, the mean: with releases in parallel its share of their time.</param>
/// <param name="RestNs">The rest of the shutdown.</param>
/// <param name="Share">The share of its duration that each release adds to the wall time: 1 if one came after the other.</param>
public readonly record struct ShutdownCost(long WallNs, double EachNs, double RestNs, double Share)
{
    /// <summary>Computes it.</summary>
    /// <returns>
    /// Null if the process is not gone, released nothing, or was not seen from begin to end; or if others closed devices for it: that held up
    /// nobody who waits for the process.
    /// </returns>
    public static ShutdownCost? Of(Shutdown shutdown)
    {
        if (!shutdown.Gone || !shutdown.IsWhole || shutdown.Releases.IsEmpty || shutdown.Releases.Any(shutdown.IsByOther))
            return null;
        int devices = shutdown.Releases.Length;
        long union = Interval.UnionNs(shutdown.Releases.AsSpan(), static r => r.Time), sum = 0;
        foreach (Operation release in shutdown.Releases)
            sum += release.Time.DurationNs;
        double each = union / (double)devices;
        return new ShutdownCost(
            shutdown.Time.DurationNs, each, shutdown.Time.DurationNs - each * devices,
            union / (double)sum);
    }

    /// <summary>
    /// The smallest number of devices with which a shutdown takes as long as a limit, if each adds as much time as here and the rest is
    /// the same; infinite if there is none.
    /// </summary>
    /// <param name="limitNs">The limit without devices.</param>
    /// <param name="perDeviceNs">What it grows by with each device.</param>
    public double DevicesAt(double limitNs, double perDeviceNs = 0)
    {
        double leftNs = limitNs - RestNs, eachNs = EachNs - perDeviceNs;
        return eachNs >= leftNs ? 1 : eachNs <= 0 ? double.PositiveInfinity : Math.Ceiling(leftNs / eachNs);
    }
}
