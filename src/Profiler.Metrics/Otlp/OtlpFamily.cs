using System.Diagnostics.Metrics;
using Profiler.Metrics.Table;

namespace Profiler.Metrics.Otlp;

/// <summary>
/// One counter or gauge for the OpenTelemetry SDK, with the samples of the next push. A series that is not in the samples is not
/// pushed, but the SDK keeps its slot forever. When all slots are used, it aggregates new series under
/// <c>otel.metric.overflow</c> (AggregatorStore.LookupAggregatorStore in
/// https://github.com/open-telemetry/opentelemetry-dotnet). So before the slots run out the instrument is created again. This
/// requires a new meter, and the receiver sees a later start time.
/// </summary>
internal sealed class OtlpFamily : IDisposable
{
    private const int LeastRoom = 2000; // the SDK's default for each instrument

    private readonly MetricDefinition _metric;
    private readonly Func<Meter> _createMeter;
    private readonly List<Measurement<double>> _samples = [];
    private HashSet<string> _seen = [];
    private Meter _meter;

    /// <param name="metric">A counter or a gauge.</param>
    /// <param name="createMeter">Creates a meter that the SDK collects from.</param>
    public OtlpFamily(MetricDefinition metric, Func<Meter> createMeter)
    {
        (_metric, _createMeter) = (metric, createMeter);
        _meter = Create();
    }

    /// <summary>Number of series slots.</summary>
    public int Room { get; private set; } = LeastRoom;

    public void Clear() => _samples.Clear();

    public void Add(double value, ReadOnlySpan<string> labels)
    {
        var tags = OtlpSamples.Tags(_metric, labels);
        _samples.Add(new Measurement<double>(value, in tags));
        _seen.Add(SeriesOf(tags));
    }

    /// <summary>Call after all samples are set: ensures that each sample has a slot.</summary>
    public void MakeRoom()
    {
        if (_seen.Count <= Room)
            return;
        _meter.Dispose();
        Room = Math.Max(LeastRoom, 2 * _samples.Count);
        _seen = [.. _samples.Select(sample => SeriesOf(sample.Tags.ToArray()))];
        _meter = Create();
    }

    public void Dispose() => _meter.Dispose();

    private static string SeriesOf(IEnumerable<KeyValuePair<string, object?>> tags) => string.Join('\0', tags.Select(tag => tag.Value));

    private Meter Create()
    {
        Meter meter = _createMeter();
        string? unit = OtlpSamples.NameOf(_metric.Unit);
        if (_metric.Type == MetricType.Counter)
            meter.CreateObservableCounter(_metric.Name, () => _samples, unit, _metric.Help);
        else
            meter.CreateObservableGauge(_metric.Name, () => _samples, unit, _metric.Help);
        return meter;
    }
}
