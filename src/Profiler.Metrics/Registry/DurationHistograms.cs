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
/// the shutdown. (A release is counted at once, but its shutdown is known only when the whole shutdown ends.) Where a recording was kept,
/// the exemplar names that as well, as soon as there is one.
/// </summary>
internal sealed class DurationHistograms
{
    private static readonly Exemplar.LabelKey Device = Exemplar.Key("device"), Shutdown = Exemplar.Key("shutdown"), Recording = Exemplar.Key("recording");

    // More devices than a host has; a host that makes up new names begins again.
    private const int MaxLabels = 4096;

    private readonly Histogram.Child[] _series = new Histogram.Child[HistogramKey.Count];
    private readonly Dictionary<string, Exemplar.LabelPair> _labels = []; // by device
    private Exemplar? _named; // of the value that is named once more
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
                    // Exemplars are set explicitly, except those of values that were counted before.
                    ExemplarBehavior = new ExemplarBehavior { DefaultExemplarProvider = (_, _) => _named ?? Exemplar.None },
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

    /// <summary>A recording of these was kept: the newest exemplars of their buckets are theirs, and name it. Nothing is counted again.</summary>
    public void Name(KeptLives kept)
    {
        Exemplar.LabelPair recording = Recording.WithValue(kept.File);
        foreach (Shutdown shutdown in kept.Shutdowns)
        {
            string id = Core.Statistics.Exemplars.IdOf(shutdown);
            bool fits = ExemplarLimit.Length("recording", kept.File) + ExemplarLimit.Length("shutdown", id) <= ExemplarLimit.MaxLabels;
            foreach (Duration duration in Duration.Of(shutdown))
                Name(duration, fits ? Exemplar.From(Shutdown.WithValue(id), recording) : Exemplar.From(recording));
            foreach (Operation release in shutdown.Releases)
                Name(release, recording, kept.File);
        }
        foreach (Start start in kept.Starts)
        {
            foreach (Duration duration in Duration.Of(start))
                Name(duration, Exemplar.From(recording));
            foreach (Operation open in start.Opens)
                Name(open, recording, kept.File);
        }
    }

    private void Name(Operation operation, Exemplar.LabelPair recording, string file)
    {
        foreach (Duration duration in Duration.Of(operation))
        {
            bool fits = duration.Device is { } device &&
                ExemplarLimit.Length("recording", file) + ExemplarLimit.Length("device", ExemplarText.Escaped(device)) <= ExemplarLimit.MaxLabels;
            Name(duration, fits ? Exemplar.From(LabelOf(duration.Device!), recording) : Exemplar.From(recording));
        }
    }

    // The library takes no exemplar for a number of values, but asks for one: of none of them here.
    private void Name(Duration duration, Exemplar labels)
    {
        _named = labels;
        _series[duration.Key.Index].Observe(duration.Ns / 1e9, 0);
        _named = null;
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
