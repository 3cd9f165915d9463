using Profiler.Core;
using Profiler.Core.Lives;
using Profiler.Core.Protobuf;
using Profiler.Core.Spans;
using Profiler.Metrics.Formats;
using Profiler.Metrics.Table;
using Profiler.Metrics.Values;
using Prometheus;

namespace Profiler.Metrics.Registry;

/// <summary>
/// All metrics in a prometheus-net registry, which writes both text formats. Histograms record each duration when the operation
/// ends. Counters and gauges are set for each scrape, and series that were not set are removed. Not thread safe: all calls hold
/// the pipeline's lock, so that a scrape shows one moment.
/// </summary>
internal sealed class MetricRegistry : MetricsFormat, ISink
{
    // prometheus-net's own process metrics are in the default registry, which is not exported.
    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    private readonly Dictionary<MetricDefinition, SeriesFamily> _families = [];
    private readonly DurationHistograms _histograms;
    private (MetricDefinition? Metric, SeriesFamily? Family) _current; // samples arrive grouped by metric

    public MetricRegistry()
    {
        MetricFactory factory = Prometheus.Metrics.WithCustomRegistry(_registry);
        // The order of registration is the order in the text: that of the table.
        _histograms = new DurationHistograms(factory);
        foreach (MetricDefinition metric in MetricTable.All.Where(m => m.Type != MetricType.Histogram))
            _families[metric] = new SeriesFamily(factory, metric);
    }

    /// <summary>Records an ended operation.</summary>
    public void Record(Activity activity) => _histograms.Record(activity);

    /// <summary>Records an ended shutdown.</summary>
    public void Record(Shutdown shutdown) => _histograms.Record(shutdown);

    /// <summary>Records an ended start.</summary>
    public void Record(Start start) => _histograms.Record(start);

    /// <inheritdoc cref="DurationHistograms.Name(KeptLives)"/>
    public void Name(KeptLives kept) => _histograms.Name(kept);

    /// <summary>Sets all counters and gauges, removes series that were not set, and writes all metrics.</summary>
    /// <param name="to">Output buffer.</param>
    /// <param name="state">State to export.</param>
    /// <param name="version">Version of this program.</param>
    /// <param name="openMetrics">True: OpenMetrics 1.0. False: Prometheus text format 0.0.4.</param>
    /// <returns>Number of bytes written.</returns>
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
        // Writes to memory complete synchronously; under the lock they must.
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
