using System.Diagnostics;
using System.Diagnostics.Metrics;
using Profiler.Metrics.Table;
using Profiler.Metrics.Values;

namespace Profiler.Metrics.Otlp;

/// <summary>
/// Counters and gauges for the OpenTelemetry SDK: the same values as in a scrape, each time the SDK collects. <see
/// cref="OtlpDurations"/> exports the histograms.
/// </summary>
internal sealed class OtlpSamples : MetricsFormat, IDisposable
{
    private readonly Dictionary<MetricDefinition, OtlpFamily> _families;

    /// <param name="createMeter">Creates a meter that the SDK collects from.</param>
    public OtlpSamples(Func<Meter> createMeter) => _families = MetricTable.All
        .Where(metric => metric.Type != MetricType.Histogram)
        .ToDictionary(metric => metric, metric => new OtlpFamily(metric, createMeter));

    /// <summary>Replaces the samples with those of one moment.</summary>
    /// <param name="state">State of that moment.</param>
    /// <param name="version">Version of this program.</param>
    public void Take(MetricsState state, string version)
    {
        foreach (OtlpFamily family in _families.Values)
            family.Clear();
        Exposition.Write(this, state, version);
        foreach (OtlpFamily family in _families.Values)
            family.MakeRoom();
    }

    /// <summary>Maximum number of series of a metric in the SDK; null for a histogram.</summary>
    public int? RoomOf(MetricDefinition metric) => _families.GetValueOrDefault(metric)?.Room;

    /// <summary>OpenTelemetry's name of a unit (UCUM); null if the metric has no unit.</summary>
    public static string? NameOf(MetricUnit unit) => unit switch
    {
        MetricUnit.Seconds => "s",
        MetricUnit.Bytes => "By",
        _ => null,
    };

    /// <summary>Labels in the SDK's type.</summary>
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
