using System.Collections.Immutable;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Findings;

/// <summary>
/// How long a shutdown with a number of devices takes on this host, and so what its time limit should be, from the shutdowns that were
/// seen. Nanoseconds.
/// </summary>
/// <param name="EachNs">
/// What a device adds, ascending: the time of each release, or its share of the wall time where several went on at once.
/// </param>
/// <param name="RestNs">The longest of what is not release: signal handling, memory, IOMMU.</param>
public sealed record StopForecast(ImmutableArray<long> EachNs, long RestNs)
{
    // Devices are reset more slowly when they are faulty or hot, and the guest's own shutdown comes before: as long as nobody
    // knows how long that is, half as much again.
    private const double Margin = 1.5;

    /// <summary>Of shutdowns and some of their devices.</summary>
    /// <param name="shutdowns">Those that were not seen from begin to end do not count.</param>
    /// <param name="counts">Which devices count, by address: those of one kind.</param>
    /// <returns>Null if no such device was released in a whole shutdown.</returns>
    public static StopForecast? Of(IEnumerable<Shutdown> shutdowns, Func<string, bool> counts)
    {
        var each = new List<long>();
        long rest = 0;
        foreach (Shutdown shutdown in shutdowns)
        {
            Operation[] releases = [.. shutdown.Releases.Where(r => counts(r.Device))];
            if (releases is [] || ShutdownCost.Of(shutdown) is not { } cost)
                continue;
            each.AddRange(releases.Select(r => (long)(r.Time.DurationNs * cost.Share)));
            rest = Math.Max(rest, (long)cost.RestNs);
        }
        each.Sort();
        return each.Count == 0 ? null : new StopForecast([.. each], rest);
    }

    /// <summary>A percentile of what a device adds; null if there are fewer than <see cref="HistogramSnapshot.MinimumSamples"/>.</summary>
    /// <param name="q">0 to 1; 0.99 for the 99th.</param>
    public long? Percentile(double q) => EachNs.Length < HistogramSnapshot.MinimumSamples
        ? null
        : EachNs[Math.Clamp((int)Math.Ceiling(q * EachNs.Length) - 1, 0, EachNs.Length - 1)];

    /// <summary>How long a shutdown takes if each device takes the 99th percentile, or the longest time if there are too few.</summary>
    public long WallNs(int devices) => RestNs + devices * (Percentile(0.99) ?? EachNs[^1]);

    /// <summary>What a time limit for it should be at least: whole seconds, with half of the time to spare.</summary>
    public TimeSpan Advised(int devices) => AdvisedFor(WallNs(devices));

    /// <inheritdoc cref="Advised"/>
    /// <param name="wallNs">How long the shutdown takes.</param>
    public static TimeSpan AdvisedFor(long wallNs) => TimeSpan.FromSeconds(Math.Ceiling(wallNs * Margin / 1e9));
}
