using System.Collections.Immutable;
using Profiler.Core.Capture;
using Profiler.Core.Problems;
using Profiler.Core.Statistics;
using Profiler.Metrics.Otlp.Sending;

namespace Profiler.Metrics.Values;

/// <summary>The exported state of one moment.</summary>
/// <param name="Profile">Result of the events.</param>
/// <param name="Statistics">Statistics of each device and VM.</param>
/// <param name="Programs">Cost of each BPF program.</param>
/// <param name="Process">Resource usage of this process.</param>
public sealed record MetricsState(
    ProfileState Profile, HostStatisticsSnapshot Statistics, ImmutableArray<ProgramCost> Programs, ProcessUsage Process)
{
    /// <summary>Device releases in progress, limited in number.</summary>
    public ImmutableArray<ReleaseInFlight> Releasing { get; init; } = [];

    /// <summary>What the flight recorder kept; null if there is none.</summary>
    public KeptCounts? Kept { get; init; }

    /// <summary>The newest recordings that it kept, the newest first, limited in number.</summary>
    public ImmutableArray<KeptRecording> KeptNewest { get; init; } = [];

    /// <summary>What became of pushed traces and logs, by signal; empty if there are none.</summary>
    public ImmutableArray<OtlpCounts> Telemetry { get; init; } = [];

    /// <summary>Lost data and errors of the capture.</summary>
    public ImmutableArray<Problem> Problems => Profile.Health.Problems;
}
