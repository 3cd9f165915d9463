using System.Diagnostics;
using System.Diagnostics.Metrics;
using Profiler.Core.Capture;
using Profiler.Core.Histograms;
using Profiler.Core.Statistics;

namespace Profiler.Metrics.Otlp;

/// <summary>
/// The histograms for the OpenTelemetry SDK, which aggregates on its own: it is told each duration when it is over. What
/// is told beside the labels comes with the exemplars: the device, and of a shutdown and its phases which one it was.
/// (Of a release it is not known until the whole shutdown is over, and the count is not to wait for that.)
/// </summary>
internal sealed class OtlpDurations : IDisposable
{
    private readonly Dictionary<HistogramKind, Histogram<double>> _instruments;
    private readonly Dictionary<HistogramKey, TagList> _labels;
    private readonly IDisposable _activities, _shutdowns;

    /// <param name="meter">Has the instruments.</param>
    /// <param name="profile">Not started yet.</param>
    public OtlpDurations(Meter meter, Profile profile)
    {
        _instruments = DurationMetric.All.ToDictionary(m => m.Kind, m => meter.CreateHistogram<double>(m.Name, "s", m.Help));
        _labels = DurationMetric.All
            .SelectMany(m => m.Parts)
            .ToDictionary(p => p.Key, p => OtlpSamples.Tags(p.Labels));
        // What ends the flow ends the profile, which tells it.
        _activities = profile.Activities.Subscribe(activity => Record(Duration.Of(activity), null), _ => { });
        _shutdowns = profile.Shutdowns.Subscribe(
            shutdown => Record(Duration.Of(shutdown), Exemplars.IdOf(shutdown)), _ => { });
    }

    public void Dispose()
    {
        _activities.Dispose();
        _shutdowns.Dispose();
    }

    private void Record(IEnumerable<Duration> durations, string? shutdown)
    {
        foreach (Duration duration in durations)
        {
            TagList tags = _labels[duration.Key];
            if (shutdown is not null)
                tags.Add("shutdown", shutdown);
            if (duration.Device is not null)
                tags.Add("device", duration.Device);
            _instruments[duration.Key.Kind].Record(duration.Ns / 1e9, tags);
        }
    }
}
