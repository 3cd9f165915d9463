using System.Collections.Immutable;
using Profiler.Core.Histograms;
using Profiler.Core.Protobuf;
using Profiler.Core.Statistics;
using Profiler.Metrics.Table;
using Profiler.Metrics.Values;

namespace Profiler.Metrics.Formats;

/// <summary>
/// Prometheus protobuf format, for native histograms: length-delimited MetricFamily messages. A histogram has both classic and
/// native buckets, and the server selects.
/// https://github.com/prometheus/client_model/blob/v0.6.1/io/prometheus/client/metrics.proto
/// </summary>
/// <param name="bytes">Output buffer.</param>
internal sealed class ProtobufFormat(PooledBuffer bytes) : MetricsFormat
{
    private const int FamilyName = 1, FamilyHelp = 2, FamilyType = 3, FamilyMetric = 4;
    private const int MetricLabel = 1, MetricGauge = 2, MetricCounter = 3, MetricHistogram = 7;
    private const int SampleCount = 1, SampleSum = 2, Bucket = 3, SchemaField = 5, ZeroThresholdField = 6, ZeroCount = 7;
    private const int PositiveSpan = 12, PositiveDelta = 13;

    private readonly ProtobufWriter _message = new(bytes);
    private MetricDefinition? _current;
    private int _family;

    /// <summary>Writes all metrics of one moment.</summary>
    /// <param name="bytes">Output buffer.</param>
    /// <param name="state">State of that moment.</param>
    /// <param name="version">Version of this program.</param>
    public static void Write(PooledBuffer bytes, MetricsState state, string version)
    {
        var format = new ProtobufFormat(bytes);
        foreach (DurationMetric metric in DurationMetric.All)
        {
            foreach (DurationSeries series in metric.Series)
            {
                format.Histogram(
                    metric.Metric, state.Profile.Snapshot.Histograms.Of(series.Key), state.Statistics.Exemplars.Of(series.Key),
                    series.Labels);
            }
        }
        Exposition.Write(format, state, version);
        format.EndFamily();
    }

    public override void Sample(MetricDefinition metric, double value, params ReadOnlySpan<string> labels)
    {
        int begin = Metric(metric, labels);
        int inner = _message.BeginMessage(metric.Type == MetricType.Counter ? MetricCounter : MetricGauge);
        _message.Double(1, value);
        _message.EndMessage(inner);
        _message.EndMessage(begin);
    }

    private void Histogram(
        MetricDefinition metric, HistogramSnapshot values, ImmutableArray<Exemplar?> exemplars, ReadOnlySpan<string> labels)
    {
        int begin = Metric(metric, labels);
        int histogram = _message.BeginMessage(MetricHistogram);
        _message.Varint(SampleCount, (ulong)values.Count);
        _message.Double(SampleSum, values.SumNs / 1e9);
        for (int i = 0; i <= BoundsNs.Length; i++)
        {
            bool last = i == BoundsNs.Length;
            Classic(
                last ? double.PositiveInfinity : BoundsNs[i] / 1e9, last ? values.Count : values.CountUpTo(BoundsNs[i]),
                exemplars.IsEmpty ? null : exemplars[i]);
        }
        Native(NativeBuckets.Of(values));
        _message.EndMessage(histogram);
        _message.EndMessage(begin);
    }

    private void BeginFamily(MetricDefinition metric)
    {
        EndFamily();
        _current = metric;
        _family = _message.BeginDelimited();
        _message.String(FamilyName, metric.Name);
        _message.String(FamilyHelp, metric.Help);
        // enum MetricType: COUNTER is 0, GAUGE 1, HISTOGRAM 4.
        _message.Varint(FamilyType, metric.Type switch { MetricType.Counter => 0UL, MetricType.Gauge => 1UL, _ => 4UL });
    }

    private void EndFamily()
    {
        if (_current is not null)
            _message.EndMessage(_family);
        _current = null;
    }

    private int Metric(MetricDefinition metric, ReadOnlySpan<string> labels)
    {
        if (metric != _current)
            BeginFamily(metric);
        int begin = _message.BeginMessage(FamilyMetric);
        for (int i = 0; i < labels.Length; i++)
            Pair(MetricLabel, metric.Labels[i], labels[i]);
        return begin;
    }

    private void Pair(int field, string name, string value)
    {
        int pair = _message.BeginMessage(field);
        _message.String(1, name);
        _message.String(2, value);
        _message.EndMessage(pair);
    }

    private void Classic(double upperBound, long cumulativeCount, Exemplar? exemplar)
    {
        int bucket = _message.BeginMessage(Bucket);
        _message.Varint(1, (ulong)cumulativeCount);
        _message.Double(2, upperBound);
        if (exemplar is not null)
        {
            int inner = _message.BeginMessage(3);
            int room = ExemplarLimit.MaxLabels - (exemplar.Recording is { } file ? ExemplarLimit.Length("recording", file) : 0);
            if (exemplar.Shutdown is { } shutdown && (room -= ExemplarLimit.Length("shutdown", shutdown)) >= 0)
                Pair(1, "shutdown", shutdown);
            if (exemplar.Device is { } device && (room -= ExemplarLimit.Length("device", device)) >= 0)
                Pair(1, "device", device);
            if (exemplar.Recording is { } recording)
                Pair(1, "recording", recording);
            _message.Double(2, exemplar.Ns / 1e9);
            int timestamp = _message.BeginMessage(3);
            long milliseconds = exemplar.At.ToUnixTimeMilliseconds();
            _message.Varint(1, (ulong)(milliseconds / 1000));
            _message.Varint(2, (ulong)(milliseconds % 1000 * 1_000_000));
            _message.EndMessage(timestamp);
            _message.EndMessage(inner);
        }
        _message.EndMessage(bucket);
    }

    private void Native(ImmutableArray<(int Index, long Count)> buckets)
    {
        _message.ZigZag(SchemaField, NativeBuckets.Schema);
        _message.Double(ZeroThresholdField, NativeBuckets.ZeroThreshold);
        _message.Varint(ZeroCount, 0);
        // A span without buckets marks this as a native histogram, which is empty.
        if (buckets.IsEmpty)
            Span(0, 0);
        int next = 0;
        for (int i = 0, length; i < buckets.Length; i += length)
        {
            length = 1;
            while (i + length < buckets.Length && buckets[i + length].Index == buckets[i].Index + length)
                length++;
            Span(buckets[i].Index - next, length);
            next = buckets[i].Index + length;
        }
        if (buckets.IsEmpty)
            return;
        int deltas = _message.BeginMessage(PositiveDelta);
        long before = 0;
        foreach ((_, long count) in buckets)
        {
            _message.PackedZigZag(count - before);
            before = count;
        }
        _message.EndMessage(deltas);
    }

    // The offset counts from the end of the previous span; for the first span, from bucket 0.
    private void Span(int offset, int length)
    {
        int span = _message.BeginMessage(PositiveSpan);
        _message.ZigZag(1, offset);
        _message.Varint(2, (ulong)length);
        _message.EndMessage(span);
    }
}
