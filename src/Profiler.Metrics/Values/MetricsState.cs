using System.Collections.Immutable;
using Profiler.Core.Capture;
using Profiler.Core.Problems;
using Profiler.Core.Statistics;

namespace Profiler.Metrics.Values;

/// <summary>All that a scrape tells, of one moment.</summary>
/// <param name="Profile">What the events amount to.</param>
/// <param name="Statistics">Of each device and virtual machine.</param>
/// <param name="Programs">What the programs cost.</param>
/// <param name="Process">What we ourselves cost.</param>
public sealed record MetricsState(
    ProfileState Profile, HostStatisticsSnapshot Statistics, ImmutableArray<ProgramCost> Programs, ProcessUsage Process)
{
    /// <summary>Devices being released, a limited number of them.</summary>
    public ImmutableArray<ReleaseInFlight> Releasing { get; init; } = [];

    /// <summary>What is lost or wrong in the capture.</summary>
    public ImmutableArray<Problem> Problems => Profile.Health.Problems;
}
