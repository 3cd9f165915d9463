using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Statistics;

/// <summary>
/// What decides how long shutdowns take on this host, since the start: <see cref="StopForecast"/> in bounded memory. Shutdowns are rare,
/// so nothing is forgotten.
/// </summary>
public sealed class StopTimes
{
    /// <summary>The model of a device that is not known.</summary>
    public const string Unknown = "unknown";

    // A host has few kinds of devices to assign.
    private const int MaxModels = 32;

    private readonly Dictionary<string, LatencyHistogram> _each = new(StringComparer.Ordinal);
    private long? _restNs;

    /// <summary>Takes a shutdown; one that was not seen from begin to end does not count.</summary>
    public void Record(Shutdown shutdown, IReadOnlyDictionary<string, DeviceIdentity> devices)
    {
        if (ShutdownCost.Of(shutdown) is not { } cost)
            return;
        foreach (Operation release in shutdown.Releases)
            Of(devices.TryGetValue(release.Device, out DeviceIdentity? device) ? DeviceNames.Label(device) : Unknown)
                .Record((long)(release.Time.DurationNs * cost.Share));
        _restNs = Math.Max(_restNs ?? 0, (long)cost.RestNs);
    }

    /// <summary>The times at this moment.</summary>
    public StopTimesSnapshot Snapshot() => new(
        [
            .. _each.OrderBy(e => e.Key, StringComparer.Ordinal)
                .Select(e => (e.Key, Each: e.Value.Snapshot()))
                .Select(e => KeyValuePair.Create(e.Key, e.Each.Percentile(0.99) ?? e.Each.MaxNs)),
        ],
        _restNs);

    private LatencyHistogram Of(string model)
    {
        if (_each.TryGetValue(model, out LatencyHistogram? each))
            return each;
        ref LatencyHistogram? added = ref CollectionsMarshal.GetValueRefOrAddDefault(
            _each, _each.Count < MaxModels ? model : HostStatistics.Other, out _);
        return added ??= new LatencyHistogram();
    }
}

/// <summary><see cref="StopTimes"/> at one moment, nanoseconds.</summary>
/// <param name="EachP99Ns">What a device of each model adds to a shutdown, 99th percentile; the longest while there are too few.</param>
/// <param name="RestNs">The longest rest; null before the first shutdown.</param>
public sealed record StopTimesSnapshot(ImmutableArray<KeyValuePair<string, long>> EachP99Ns, long? RestNs)
{
    public static readonly StopTimesSnapshot None = new([], null);
}
