using System.Collections.Immutable;
using Profiler.Cli.Metrics.Formats;
using Profiler.Core.Histograms;
using Profiler.Core.Statistics;

namespace Profiler.Cli.Otlp;

/// <summary>
/// OpenTelemetry's protobuf, as one ExportMetricsServiceRequest; histograms are exponential. Written by ourselves: the
/// OpenTelemetry SDK takes single measurements and aggregates them on its own, and cannot be given histograms that
/// are there already.
/// https://github.com/open-telemetry/opentelemetry-proto/blob/v1.3.2/opentelemetry/proto/metrics/v1/metrics.proto
/// </summary>
internal sealed class OtlpFormat : MetricsFormat
{
    // ExportMetricsServiceRequest.resource_metrics, ResourceMetrics.scope_metrics, ScopeMetrics.metrics
    private const int ResourceMetrics = 1, Resource = 1, ScopeMetrics = 2, Scope = 1, Metrics = 2;
    private const int Name = 1, Description = 2, Unit = 3, Gauge = 5, Sum = 7, ExponentialHistogram = 10;
    private const int DataPoints = 1, Temporality = 2, IsMonotonic = 3;
    private const ulong Cumulative = 2;

    private readonly ProtobufWriter _message;
    private readonly ulong _startNs, _nowNs;
    private readonly int _resourceMetrics, _scopeMetrics;
    private (int Metric, int Data)? _open;
    private MetricType _type;

    /// <param name="bytes">Where to.</param>
    /// <param name="resource">Who tells: attributes such as service.name.</param>
    /// <param name="start">Since when counters count.</param>
    /// <param name="now">When they are read.</param>
    public OtlpFormat(PooledBuffer bytes, IEnumerable<Label> resource, DateTimeOffset start, DateTimeOffset now)
    {
        _message = new ProtobufWriter(bytes);
        (_startNs, _nowNs) = (UnixNs(start), UnixNs(now));
        _resourceMetrics = _message.BeginMessage(ResourceMetrics);
        int of = _message.BeginMessage(Resource);
        foreach (Label attribute in resource)
            Attribute(1, attribute);
        _message.EndMessage(of);
        _scopeMetrics = _message.BeginMessage(ScopeMetrics);
        int scope = _message.BeginMessage(Scope);
        _message.String(1, "vfioscope");
        _message.EndMessage(scope);
    }

    public override void Family(string name, MetricType type, string help)
    {
        EndFamily();
        _type = type;
        int metric = _message.BeginMessage(Metrics);
        _message.String(Name, name);
        _message.String(Description, help);
        if (name.Contains("_seconds", StringComparison.Ordinal))
            _message.String(Unit, "s");
        else if (name.Contains("_bytes", StringComparison.Ordinal))
            _message.String(Unit, "By");
        int data = _message.BeginMessage(type switch
        {
            MetricType.Counter => Sum,
            MetricType.Gauge => Gauge,
            _ => ExponentialHistogram,
        });
        if (type != MetricType.Gauge)
            _message.Varint(Temporality, Cumulative);
        if (type == MetricType.Counter)
            _message.Varint(IsMonotonic, 1);
        _open = (metric, data);
    }

    public override void Sample(long value, params ReadOnlySpan<Label> labels) => Sample((double)value, labels);

    public override void Sample(double value, params ReadOnlySpan<Label> labels)
    {
        int point = _message.BeginMessage(DataPoints); // NumberDataPoint
        foreach (Label label in labels)
            Attribute(7, label);
        Times();
        _message.Double(4, value);
        _message.EndMessage(point);
    }

    public override void Seconds(long ns, params ReadOnlySpan<Label> labels) => Sample(ns / 1e9, labels);

    public override void Histogram(
        HistogramSnapshot values, ImmutableArray<Exemplar?> exemplars, params ReadOnlySpan<Label> labels)
    {
        int point = _message.BeginMessage(DataPoints); // ExponentialHistogramDataPoint
        foreach (Label label in labels)
            Attribute(1, label);
        Times();
        _message.Fixed64(4, (ulong)values.Count);
        _message.Double(5, values.SumNs / 1e9);
        _message.ZigZag(6, NativeBuckets.Schema);
        Positive(NativeBuckets.Of(values));
        foreach (Exemplar exemplar in exemplars.OfType<Exemplar>())
            Write(exemplar);
        if (values.Count > 0)
            _message.Double(13, values.MaxNs / 1e9);
        _message.EndMessage(point);
    }

    public override void End()
    {
        EndFamily();
        _message.EndMessage(_scopeMetrics);
        _message.EndMessage(_resourceMetrics);
    }

    // Their bucket i begins where Prometheus' ends.
    private void Positive(ImmutableArray<(int Index, long Count)> buckets)
    {
        if (buckets.IsEmpty)
            return;
        int positive = _message.BeginMessage(8);
        _message.ZigZag(1, buckets[0].Index - 1);
        int counts = _message.BeginMessage(2);
        int next = buckets[0].Index;
        foreach ((int index, long count) in buckets)
        {
            for (; next < index; next++)
                _message.PackedVarint(0);
            _message.PackedVarint((ulong)count);
            next++;
        }
        _message.EndMessage(counts);
        _message.EndMessage(positive);
    }

    private void Write(Exemplar exemplar)
    {
        int message = _message.BeginMessage(11);
        _message.Fixed64(2, UnixNs(exemplar.At));
        _message.Double(3, exemplar.Ns / 1e9);
        foreach (Label label in ExemplarLabels.Of(exemplar))
            Attribute(7, label);
        _message.EndMessage(message);
    }

    private void Times()
    {
        // A gauge is of now only.
        if (_type != MetricType.Gauge)
            _message.Fixed64(2, _startNs);
        _message.Fixed64(3, _nowNs);
    }

    private void Attribute(int field, Label label)
    {
        int pair = _message.BeginMessage(field); // KeyValue
        _message.String(1, label.Name);
        int value = _message.BeginMessage(2); // AnyValue
        _message.String(1, label.Value);
        _message.EndMessage(value);
        _message.EndMessage(pair);
    }

    private void EndFamily()
    {
        if (_open is var (metric, data))
        {
            _message.EndMessage(data);
            _message.EndMessage(metric);
        }
        _open = null;
    }

    private static ulong UnixNs(DateTimeOffset time) => (ulong)(time - DateTimeOffset.UnixEpoch).Ticks * 100;
}
