using Profiler.Core.Shutdowns;
using Profiler.Core.Spans;

namespace Profiler.Core.Findings;

/// <summary>With how many devices a shutdown would have been too long for libvirt.</summary>
public static class LibvirtProjection
{
    /// <summary>
    /// The least number of devices with which libvirt gives up, if each adds what each added to this shutdown and the
    /// rest of it stays as it was; infinite if there is no such number. Null if the shutdown does not tell: its process
    /// is not gone, or released nothing. Where devices were released side by side each counts with its share.
    /// </summary>
    public static double? FailureDevices(Shutdown shutdown)
    {
        if (!shutdown.Gone || shutdown.Releases.IsEmpty)
            return null;
        double each = Interval.UnionNs(shutdown.Releases.Select(r => r.Time)) / (double)shutdown.Releases.Length;
        double rest = shutdown.Time.DurationNs - each * shutdown.Releases.Length;
        double left = LibvirtLimits.Failure(0).TotalNanoseconds - rest;
        double gain = each - LibvirtLimits.PerDevice.TotalNanoseconds;
        if (gain >= left) // too long with a single one
            return 1;
        return gain <= 0 ? double.PositiveInfinity : Math.Ceiling(left / gain);
    }
}
