using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Statistics;
using Profiler.Metrics.Formats;

namespace Profiler.Metrics;

/// <summary>What the exporter tells of a profile: the statistics of its devices and VMs, kept from its start on.</summary>
/// <param name="limits">How many devices and VMs are told apart.</param>
/// <param name="time">Tells which have not been seen for long.</param>
public sealed class MetricsSource(StatisticsLimits limits, TimeProvider time)
{
    private Profile? _profile;
    private HostStatistics? _statistics;

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
    /// <exception cref="InvalidOperationException">No profile has its sink.</exception>
    public MetricsState State()
    {
        if (_profile is null || _statistics is null)
            throw new InvalidOperationException("made for a profile, see SinkOf");
        ProfileState state = _profile.State();
        return new MetricsState(state, state.Snapshot.Get<HostStatisticsSnapshot>(), _profile.Programs(), ProcessUsage.Now())
        {
            Releasing = _statistics.ReleasesInFlight(state.Snapshot.Operations),
        };
    }
}
