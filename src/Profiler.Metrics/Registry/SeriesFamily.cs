using Profiler.Metrics.Table;
using Prometheus;

namespace Profiler.Metrics.Registry;

/// <summary>
/// One counter or gauge of the registry with its series. Series are set in rounds; a series that was not set in a round is
/// removed at its end. The order of series rarely changes, so the next series is usually the one that followed in the last
/// round. This costs one comparison and no look-up.
/// </summary>
internal sealed class SeriesFamily
{
    private readonly Func<string[], Series> _create;
    private readonly Dictionary<string[], Series> _byLabels = new(LabelsComparer.Instance);
    private List<Series> _before = [], _now = [];
    private int _next;
    private long _round;

    /// <param name="factory">Factory of the registry.</param>
    /// <param name="metric">A counter or a gauge.</param>
    public SeriesFamily(MetricFactory factory, MetricDefinition metric)
    {
        string[] labels = [.. metric.Labels];
        // Otherwise a metric without labels would exist from the start, with value 0.
        if (metric.Type == MetricType.Counter)
        {
            Counter counter = factory.CreateCounter(metric.Name, metric.Help, new CounterConfiguration
            {
                LabelNames = labels,
                SuppressInitialValue = true,
                ExemplarBehavior = ExemplarBehavior.NoExemplars(),
            });
            _create = values => new CounterSeries(counter, values);
        }
        else
        {
            Gauge gauge = factory.CreateGauge(
                metric.Name, metric.Help, new GaugeConfiguration { LabelNames = labels, SuppressInitialValue = true });
            _create = values => new GaugeSeries(gauge, values);
        }
    }

    /// <summary>Begins a round.</summary>
    public void Begin()
    {
        (_before, _now) = (_now, _before);
        _now.Clear();
        _next = 0;
        _round++;
    }

    /// <summary>Sets a series and adds it if it is new. If it is set twice in a round, the later value wins.</summary>
    /// <param name="value">A lower value than before restarts a counter.</param>
    /// <param name="labels">Label values.</param>
    public void Set(double value, ReadOnlySpan<string> labels)
    {
        Series series = _next < _before.Count && LabelsComparer.Equal(_before[_next].Labels, labels) ? _before[_next] : Find(labels);
        if (series.Round != _round)
        {
            if (series.Round != 0)
                _next = series.Place + 1;
            (series.Round, series.Place) = (_round, _now.Count);
            _now.Add(series);
        }
        // Most values do not change.
        if (series.Value.Equals(value))
            return;
        series.Value = value;
        series.Set(value);
    }

    /// <summary>Ends the round: removes series that were not set in it.</summary>
    public void End()
    {
        foreach (Series series in _before)
        {
            if (series.Round == _round)
                continue;
            _byLabels.Remove(series.Labels);
            series.Leave();
        }
    }

    private Series Find(ReadOnlySpan<string> labels)
    {
        string[] key = labels.ToArray();
        if (!_byLabels.TryGetValue(key, out Series? series))
            _byLabels[key] = series = _create(key);
        return series;
    }

    private abstract class Series(string[] labels)
    {
        public string[] Labels => labels;

        /// <summary>The round in which it was last set; 0 if never.</summary>
        public long Round { get; set; }

        /// <summary>Its position in that round.</summary>
        public int Place { get; set; }

        /// <summary>Its last value; NaN if never set.</summary>
        public double Value { get; set; } = double.NaN;

        public abstract void Set(double value);

        public abstract void Leave();
    }

    private sealed class GaugeSeries(Gauge gauge, string[] labels) : Series(labels)
    {
        private readonly Gauge.Child _child = gauge.WithLabels(labels);

        public override void Set(double value) => _child.Set(value);

        public override void Leave() => _child.Remove();
    }

    private sealed class CounterSeries(Counter counter, string[] labels) : Series(labels)
    {
        private Counter.Child _child = counter.WithLabels(labels);

        public override void Set(double value)
        {
            if (value < _child.Value)
            {
                _child.Remove();
                _child = counter.WithLabels(Labels);
            }
            _child.IncTo(value);
        }

        public override void Leave() => _child.Remove();
    }

    /// <summary>Compares label values.</summary>
    private sealed class LabelsComparer : IEqualityComparer<string[]>
    {
        public static readonly LabelsComparer Instance = new();

        public static bool Equal(ReadOnlySpan<string> a, ReadOnlySpan<string> b) => a.SequenceEqual(b);

        public bool Equals(string[]? x, string[]? y) => Equal(x, y);

        public int GetHashCode(string[] labels)
        {
            var hash = new HashCode();
            foreach (string label in labels)
                hash.Add(label, StringComparer.Ordinal);
            return hash.ToHashCode();
        }
    }
}
