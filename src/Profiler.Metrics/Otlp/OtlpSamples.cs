using System.Collections.Immutable;
using System.Diagnostics;
using Profiler.Core.Histograms;
using Profiler.Core.Statistics;
using Profiler.Metrics.Formats;

namespace Profiler.Metrics.Otlp;

/// <summary>
/// Counters and gauges for the OpenTelemetry SDK: whatever a scrape would write down, as it asks for it. Histograms are
/// not taken: they are <see cref="OtlpDurations"/>'.
/// </summary>
/// <param name="create">Makes a family that did not exist yet.</param>
internal sealed class OtlpSamples(Func<string, MetricType, string, OtlpFamily> create) : MetricsFormat, IDisposable
{
    private readonly Dictionary<string, OtlpFamily> _families = [];
    private OtlpFamily? _current;

    /// <summary>Takes the samples of one moment, instead of those there were.</summary>
    /// <param name="state">The moment.</param>
    /// <param name="version">Of this program.</param>
    public void Take(MetricsState state, string version)
    {
        foreach (OtlpFamily family in _families.Values)
            family.Clear();
        Exposition.Write(this, state, version);
        foreach (OtlpFamily family in _families.Values)
            family.MakeRoom();
    }

    /// <summary>How many series of a metric the SDK is to tell apart; null if as many as it does anyhow.</summary>
    public int? RoomOf(string name) => _families.GetValueOrDefault(name)?.Room;

    /// <summary>Labels as the SDK has them.</summary>
    public static TagList Tags(ReadOnlySpan<Label> labels)
    {
        var tags = new TagList();
        foreach (Label label in labels)
            tags.Add(label.Name, label.Value);
        return tags;
    }

    public override void Family(string name, MetricType type, string help)
    {
        _current = null;
        if (type != MetricType.Histogram && !_families.TryGetValue(name, out _current))
            _families[name] = _current = create(name, type, help);
    }

    public override void Sample(long value, params ReadOnlySpan<Label> labels) => Sample((double)value, labels);

    public override void Sample(double value, params ReadOnlySpan<Label> labels) => _current!.Add(value, labels);

    public override void Seconds(long ns, params ReadOnlySpan<Label> labels) => Sample(ns / 1e9, labels);

    public override void Histogram(
        HistogramSnapshot values, ImmutableArray<Exemplar?> exemplars, params ReadOnlySpan<Label> labels)
    {
    }

    public override void End()
    {
    }

    public void Dispose()
    {
        foreach (OtlpFamily family in _families.Values)
            family.Dispose();
    }
}
