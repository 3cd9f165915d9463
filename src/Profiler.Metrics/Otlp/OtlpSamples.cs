using System.Diagnostics;
using System.Diagnostics.Metrics;
using Profiler.Metrics.Table;
using Profiler.Metrics.Values;

namespace Profiler.Metrics.Otlp;

/// <summary>
/// Counters and gauges for the OpenTelemetry SDK: whatever a scrape would write down, as it asks for it. Histograms are
/// not among them: they are <see cref="OtlpDurations"/>'.
/// </summary>
internal sealed class OtlpSamples : MetricsFormat, IDisposable
{
    private readonly Dictionary<MetricDefinition, OtlpFamily> _families;

    /// <param name="createMeter">Makes a meter that the SDK listens to.</param>
    public OtlpSamples(Func<Meter> createMeter) => _families = MetricTable.All
        .Where(metric => metric.Type != MetricType.Histogram)
        .ToDictionary(metric => metric, metric => new OtlpFamily(metric, createMeter));

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

    /// <summary>How many series of a metric the SDK is to tell apart; null of a histogram.</summary>
    public int? RoomOf(MetricDefinition metric) => _families.GetValueOrDefault(metric)?.Room;

    /// <summary>What OpenTelemetry calls a unit (UCUM); null if it is none.</summary>
    public static string? NameOf(MetricUnit unit) => unit switch
    {
        MetricUnit.Seconds => "s",
        MetricUnit.Bytes => "By",
        _ => null,
    };

    /// <summary>Labels as the SDK has them.</summary>
    public static TagList Tags(MetricDefinition metric, ReadOnlySpan<string> labels)
    {
        var tags = new TagList();
        for (int i = 0; i < labels.Length; i++)
            tags.Add(metric.Labels[i], labels[i]);
        return tags;
    }

    public override void Sample(MetricDefinition metric, double value, params ReadOnlySpan<string> labels) =>
        _families[metric].Add(value, labels);

    public void Dispose()
    {
        foreach (OtlpFamily family in _families.Values)
            family.Dispose();
    }
}
