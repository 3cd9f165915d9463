using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Spans;
using Profiler.Metrics.Table;
using Profiler.Metrics.Values;
using Prometheus;
using Exemplar = Prometheus.Exemplar;

namespace Profiler.Metrics.Registry;

/// <summary>
/// The classic histograms of the registry. Each value has an exemplar with its device, and for a shutdown and its phases with
/// the shutdown. (A release is counted at once, but its shutdown is known only when the whole shutdown ends.)
/// </summary>
internal sealed class DurationHistograms
{
    private static readonly Exemplar.LabelKey Device = Exemplar.Key("device"), Shutdown = Exemplar.Key("shutdown");

    // More devices than a host has; a host that makes up new names begins again.
    private const int MaxLabels = 4096;

    private readonly Histogram.Child[] _series = new Histogram.Child[HistogramKey.Count];
    private readonly Dictionary<string, Exemplar.LabelPair> _labels = []; // by device
    private (string? Device, Exemplar.LabelPair Label) _latest; // the durations of an operation are mostly of one device

    /// <param name="factory">Factory of the registry.</param>
    public DurationHistograms(MetricFactory factory)
    {
        double[] bounds = [.. MetricsFormat.BoundsNs.Select(ns => ns / 1e9)];
        foreach (DurationMetric metric in DurationMetric.All)
        {
            Histogram histogram = factory.CreateHistogram(
                metric.Metric.Name, metric.Metric.Help,
                new HistogramConfiguration
                {
                    Buckets = bounds,
                    LabelNames = [.. metric.Metric.Labels],
                    ExemplarBehavior = ExemplarBehavior.NoExemplars(), // exemplars are set explicitly
                });
            foreach (DurationSeries series in metric.Series)
                _series[series.Key.Index] = histogram.WithLabels(series.Labels);
        }
    }

    /// <summary>Records an ended operation, and the waits and resets within it.</summary>
    public void Record(Activity activity)
    {
        foreach (Duration duration in Duration.Of(activity))
            Record(duration, null);
    }

    /// <summary>Records an ended shutdown, if it was captured completely.</summary>
    public void Record(Shutdown shutdown)
    {
        string? id = null;
        foreach (Duration duration in Duration.Of(shutdown))
            Record(duration, id ??= Core.Statistics.Exemplars.IdOf(shutdown));
    }

    /// <summary>Records an ended start, if it succeeded and was captured completely.</summary>
    public void Record(Start start)
    {
        foreach (Duration duration in Duration.Of(start))
            Record(duration, null);
    }

    private void Record(Duration duration, string? shutdown)
    {
        Histogram.Child series = _series[duration.Key.Index];
        double seconds = duration.Ns / 1e9;
        if (shutdown is not null)
            series.Observe(seconds, Exemplar.From(Shutdown.WithValue(shutdown)));
        else if (duration.Device is { } device)
            series.Observe(seconds, Exemplar.From(LabelOf(device)));
        else
            series.Observe(seconds);
    }

    private Exemplar.LabelPair LabelOf(string device)
    {
        if (ReferenceEquals(device, _latest.Device))
            return _latest.Label;
        if (!_labels.TryGetValue(device, out Exemplar.LabelPair label))
        {
            if (_labels.Count >= MaxLabels)
                _labels.Clear();
            _labels[device] = label = Device.WithValue(ExemplarText.Escaped(device));
        }
        _latest = (device, label);
        return label;
    }
}
