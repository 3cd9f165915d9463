using Profiler.Cli.Live;
using Profiler.Cli.Metrics.Formats;
using Profiler.Core.Statistics;

namespace Profiler.Cli.Metrics;

/// <summary>A profile, and the statistics of its devices and virtual machines beside it.</summary>
internal sealed class ExportedProfile : IDisposable
{
    private readonly LiveProfile _profile;
    private readonly HostStatistics _statistics;
    private readonly IDisposable _activities, _shutdowns;

    /// <param name="profile">Not started yet.</param>
    /// <param name="limits">How many devices and virtual machines are told apart.</param>
    /// <param name="time">Tells who has not been seen for long.</param>
    public ExportedProfile(LiveProfile profile, StatisticsLimits limits, TimeProvider time)
    {
        _profile = profile;
        // A recording's numbers stay when it has been played.
        TimeSpan recent = profile.Clock is null ? RecentDurations.DefaultWindow : TimeSpan.MaxValue;
        _statistics = new HostStatistics(limits, MetricsFormat.BoundsNs, profile.Surroundings, profile.WallClock, time, profile.Evidence, recent);
        // What ends the flow ends the profile, which tells it.
        _activities = profile.Activities.Subscribe(_statistics.Record, _ => { });
        _shutdowns = profile.Shutdowns.Subscribe(_statistics.Record, _ => { });
    }

    /// <summary>Everything, of one moment; on any thread.</summary>
    public MetricsState State()
    {
        HostStatisticsSnapshot? statistics = null;
        ProfileState profile = _profile.State(alongside: () => statistics = _statistics.Snapshot());
        return new MetricsState(profile, statistics!, _profile.Programs(), ProcessUsage.Now())
        {
            Releasing = _statistics.ReleasesInFlight(profile.Snapshot.Operations),
        };
    }

    public void Dispose()
    {
        _activities.Dispose();
        _shutdowns.Dispose();
    }
}
