using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Statistics;
using Profiler.Metrics.Formats;
using Profiler.Metrics.Registry;
using Profiler.Metrics.Values;

namespace Profiler.Metrics;

/// <summary>What the exporter tells of a profile: the registry and the statistics of its devices and VMs, kept from its start on.</summary>
/// <param name="limits">How many devices and VMs are told apart.</param>
/// <param name="time">Tells which have not been seen for long.</param>
/// <param name="version">Of this program.</param>
public sealed class MetricsSource(StatisticsLimits limits, TimeProvider time, string version)
{
    private readonly MetricRegistry _registry = new();
    private Profile? _profile;
    private HostStatistics? _statistics;

    /// <summary>The version of this program, as <c>vfioscope_build_info</c> has it.</summary>
    public string Version => version;

    /// <summary>Keeps the histograms, to be given to the profile when it is made.</summary>
    public ISink Histograms => _registry;

    /// <summary>The statistics of a profile, to be given to it when it is made.</summary>
    public ISink SinkOf(Profile profile)
    {
        // A recording's numbers stay when it has been played.
        TimeSpan recent = profile.Clock is null ? RecentDurations.DefaultWindow : TimeSpan.MaxValue;
        _profile = profile;
        return _statistics = new HostStatistics(
            limits, MetricsFormat.BoundsNs, profile.Facts, profile.WallClock, time, profile.Evidence, recent);
    }

    /// <summary>Everything, of one moment; on any thread.</summary>
    /// <exception cref="InvalidOperationException">No profile has its sinks.</exception>
    public MetricsState State() => Read(state => state);

    /// <summary>Writes everything down, of one moment; on any thread.</summary>
    /// <param name="format">How.</param>
    /// <param name="to">Where to.</param>
    /// <exception cref="InvalidOperationException">No profile has its sinks.</exception>
    internal void Write(ServedFormat format, PooledBuffer to)
    {
        if (format.Writer == Writer.Protobuf)
            ProtobufFormat.Write(to, State(), version);
        else
            Read(state => _registry.Write(to, state, version, format.Writer == Writer.OpenMetrics));
    }

    // Nothing is recorded meanwhile, in the registry neither.
    private T Read<T>(Func<MetricsState, T> read)
    {
        if (_profile is null || _statistics is null)
            throw new InvalidOperationException("made for a profile, see SinkOf");
        // What has nothing to do with the events is looked up before they have to wait.
        ProcessUsage process = ProcessUsage.Now();
        var programs = _profile.Programs();
        return _profile.Read(state => read(
            new MetricsState(state, state.Snapshot.Get<HostStatisticsSnapshot>(), programs, process)
            {
                Releasing = _statistics.ReleasesInFlight(state.Snapshot.Operations),
            }));
    }
}
