using System.Diagnostics;
using System.Diagnostics.Metrics;
using Profiler.Core.Capture;
using Profiler.Core.Histograms;
using Profiler.Core.Statistics;
using Profiler.Metrics.Table;

namespace Profiler.Metrics.Otlp;

/// <summary>
/// The histograms for the OpenTelemetry SDK, which aggregates by itself: it gets each duration when the operation ends. Values
/// that are not labels go into the exemplars: the device, and for a shutdown and its phases the shutdown. (A release is counted
/// at once, but its shutdown is known only when the whole shutdown ends.)
/// </summary>
internal sealed class OtlpDurations : IDisposable
{
    private readonly Dictionary<HistogramKey, (Histogram<double> Instrument, TagList Labels)> _series = [];
    private readonly IDisposable _activities, _shutdowns, _starts;

    /// <param name="meter">Creates the instruments.</param>
    /// <param name="profile">Not started yet.</param>
    public OtlpDurations(Meter meter, Profile profile)
    {
        foreach (DurationMetric metric in DurationMetric.All)
        {
            Histogram<double> instrument = meter.CreateHistogram<double>(
                metric.Metric.Name, OtlpSamples.NameOf(metric.Metric.Unit), metric.Metric.Help);
            foreach (DurationSeries series in metric.Series)
                _series[series.Key] = (instrument, OtlpSamples.Tags(metric.Metric, series.Labels));
        }
        // An error that ends the flow ends the profile, which reports it.
        _activities = profile.Activities.Subscribe(activity => Record(Duration.Of(activity), null), _ => { });
        _shutdowns = profile.Shutdowns.Subscribe(
            shutdown => Record(Duration.Of(shutdown), Exemplars.IdOf(shutdown)), _ => { });
        _starts = profile.Starts.Subscribe(start => Record(Duration.Of(start), null), _ => { });
    }

    public void Dispose()
    {
        _activities.Dispose();
        _shutdowns.Dispose();
        _starts.Dispose();
    }

    private void Record(IEnumerable<Duration> durations, string? shutdown)
    {
        foreach (Duration duration in durations)
        {
            (Histogram<double> instrument, TagList tags) = _series[duration.Key];
            if (shutdown is not null)
                tags.Add("shutdown", shutdown);
            if (duration.Device is not null)
                tags.Add("device", duration.Device);
            instrument.Record(duration.Ns / 1e9, tags);
        }
    }
}
