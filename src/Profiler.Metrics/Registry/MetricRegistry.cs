using Profiler.Core;
using Profiler.Core.Lives;
using Profiler.Core.Spans;
using Profiler.Metrics.Formats;
using Profiler.Metrics.Table;
using Profiler.Metrics.Values;
using Prometheus;

namespace Profiler.Metrics.Registry;

/// <summary>
/// All metrics in a registry of prometheus-net, which writes both text formats. Histograms hear of each duration when it is
/// over; counters and gauges are set for each scrape, and series that are not set then leave. Not thread safe: everything
/// is called under the gate of the pipeline, so that a scrape is of one moment.
/// </summary>
internal sealed class MetricRegistry : MetricsFormat, ISink
{
    // Its own metrics of the process are not in it: they are in the default registry, which nobody asks.
    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    private readonly Dictionary<MetricDefinition, SeriesFamily> _families = [];
    private readonly DurationHistograms _histograms;
    private (MetricDefinition? Metric, SeriesFamily? Family) _current; // its samples come one after another

    public MetricRegistry()
    {
        MetricFactory factory = Prometheus.Metrics.WithCustomRegistry(_registry);
        // Registered in the order of the table, which is the order of the text.
        _histograms = new DurationHistograms(factory);
        foreach (MetricDefinition metric in MetricTable.All.Where(m => m.Type != MetricType.Histogram))
            _families[metric] = new SeriesFamily(factory, metric);
    }

    /// <summary>Takes what is over.</summary>
    public void Record(Activity activity) => _histograms.Record(activity);

    /// <summary>Takes a shutdown that is over.</summary>
    public void Record(Shutdown shutdown) => _histograms.Record(shutdown);

    /// <summary>
    /// Sets all counters and gauges, removes the series that are not set any more, and writes everything down.
    /// </summary>
    /// <param name="to">Where to.</param>
    /// <param name="state">What to tell.</param>
    /// <param name="version">Of this program.</param>
    /// <param name="openMetrics">As OpenMetrics 1.0, else as Prometheus' text format 0.0.4.</param>
    /// <returns>How many bytes.</returns>
    public int Write(PooledBuffer to, MetricsState state, string version, bool openMetrics)
    {
        foreach (SeriesFamily family in _families.Values)
            family.Begin();
        Exposition.Write(this, state, version);
        foreach (SeriesFamily family in _families.Values)
            family.End();
        using var stream = new BufferStream(to);
        int before = to.Length;
        Task export = _registry.CollectAndExportAsTextAsync(
            stream, openMetrics ? ExpositionFormat.OpenMetricsText : ExpositionFormat.PrometheusText);
        // Memory never makes it wait, which it must not under the gate.
        if (!export.IsCompleted)
            throw new InvalidOperationException("the export waits for something");
        export.GetAwaiter().GetResult();
        return to.Length - before;
    }

    public override void Sample(MetricDefinition metric, double value, params ReadOnlySpan<string> labels)
    {
        if (_current.Metric != metric)
            _current = (metric, _families[metric]);
        _current.Family!.Set(value, labels);
    }
}
