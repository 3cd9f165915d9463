using System.Collections.Immutable;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Lives;
using Profiler.Core.Protobuf;
using Profiler.Core.Statistics;
using Profiler.Linux.Confinement;
using Profiler.Metrics.Formats;
using Profiler.Metrics.Otlp.Sending;
using Profiler.Metrics.Registry;
using Profiler.Metrics.Values;

namespace Profiler.Metrics;

/// <summary>
/// Source of the exported metrics: the registry and the device and VM statistics of a profile, kept since its start.
/// </summary>
/// <param name="limits">Maximum number of per-device and per-VM series.</param>
/// <param name="time">Used to expire old entries.</param>
/// <param name="version">Version of this program.</param>
public sealed class MetricsSource(StatisticsLimits limits, TimeProvider time, string version) : IMetricsSource
{
    private readonly MetricRegistry _registry = new();
    private Profile? _profile;
    private HostStatistics? _statistics;

    /// <summary>The version of this program, exported in <c>vfioscope_build_info</c>.</summary>
    public string Version => version;

    /// <summary>What the flight recorder keeps; null if there is none.</summary>
    public IKeptRecordings? Kept { get; init; }

    /// <summary>What became of pushed traces and logs; null if there are none.</summary>
    internal Func<ImmutableArray<OtlpCounts>>? Telemetry { get; set; }

    /// <inheritdoc cref="HostStatistics.Found"/>
    /// <exception cref="InvalidOperationException">SinkOf was not called for a profile.</exception>
    internal Action<FoundFinding>? Found
    {
        set => Statistics.Found = value;
    }

    /// <summary>What another process of this program takes, which is added to what this one does; null: there is none.</summary>
    public Func<ProcessFigures>? Other { get; set; }

    /// <summary>Sink for the histograms; pass it to the profile when it is created.</summary>
    public ISink Histograms => _registry;

    /// <summary>Sink for the statistics of a profile; pass it to the profile when it is created.</summary>
    public ISink SinkOf(Profile profile)
    {
        // The values of a recording stay after the replay ends.
        TimeSpan recent = profile.Clock is null ? RecentDurations.DefaultWindow : TimeSpan.MaxValue;
        _profile = profile;
        return _statistics = new HostStatistics(
            limits, MetricsFormat.BoundsNs, profile.Facts, profile.WallClock, time, profile.Evidence, recent);
    }

    /// <summary>A recording of these was kept: exemplars name it. Thread safe.</summary>
    /// <exception cref="InvalidOperationException">SinkOf was not called for a profile.</exception>
    public void Name(KeptLives kept) => Read(_ =>
    {
        _registry.Name(kept);
        _statistics!.Name(kept);
        return kept;
    });

    /// <summary>State of one moment. Thread safe.</summary>
    /// <exception cref="InvalidOperationException">SinkOf was not called for a profile.</exception>
    public MetricsState State() => Read(state => state);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">SinkOf was not called for a profile.</exception>
    void IMetricsSource.Write(ServedFormat format, PooledBuffer to) => Write(format, to);

    /// <inheritdoc cref="IMetricsSource.Write"/>
    internal void Write(ServedFormat format, PooledBuffer to)
    {
        if (format.Writer == Writer.Protobuf)
            ProtobufFormat.Write(to, State(), version);
        else
            Read(state => _registry.Write(to, state, version, format.Writer == Writer.OpenMetrics));
    }

    private HostStatistics Statistics => _statistics ?? throw new InvalidOperationException("made for a profile, see SinkOf");

    // While this runs nothing is recorded, neither in the profile nor in the registry.
    private T Read<T>(Func<MetricsState, T> read)
    {
        HostStatistics statistics = Statistics;
        // Read this before the lock: it does not depend on the events, so they need not wait.
        ProcessUsage process = ProcessUsage.Now(Other?.Invoke() ?? default);
        var programs = _profile!.Programs();
        (KeptCounts? kept, ImmutableArray<KeptRecording> newest) = (Kept?.Counts, Kept?.Newest ?? []);
        ImmutableArray<OtlpCounts> telemetry = Telemetry?.Invoke() ?? [];
        return _profile.Read(state => read(
            new MetricsState(state, state.Snapshot.Get<HostStatisticsSnapshot>(), programs, process)
            {
                Kept = kept,
                KeptNewest = newest,
                Telemetry = telemetry,
                Releasing = statistics.ReleasesInFlight(state.Snapshot.Operations),
            }));
    }
}
