using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Profiler.Core.Histograms;
using Profiler.Core.Statistics;

namespace Profiler.Metrics.Formats;

/// <summary>
/// Prometheus' text format 0.0.4, and OpenMetrics 1.0, which differs in little: no <c>_total</c> in a counter's
/// metadata, bounds that are always floats, exemplars, and an end.
/// https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details and
/// https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md
/// </summary>
/// <param name="text">Where to.</param>
/// <param name="openMetrics">Which of the two.</param>
internal sealed class TextFormat(PooledBuffer text, bool openMetrics) : MetricsFormat
{
    private const string Total = "_total";

    private string _name = "";

    public override void Family(string name, MetricType type, string help)
    {
        _name = name;
        string family = openMetrics && name.EndsWith(Total, StringComparison.Ordinal) ? name[..^Total.Length] : name;
        Write("# HELP ");
        Write(family);
        Write(" ");
        Escaped(help, quotes: openMetrics);
        Write("\n# TYPE ");
        Write(family);
        Write(type switch { MetricType.Counter => " counter\n", MetricType.Gauge => " gauge\n", _ => " histogram\n" });
    }

    public override void Sample(long value, params ReadOnlySpan<Label> labels)
    {
        Series("", labels, null);
        Number(value);
        Write("\n");
    }

    public override void Sample(double value, params ReadOnlySpan<Label> labels)
    {
        Series("", labels, null);
        if (double.IsPositiveInfinity(value))
            Write("+Inf");
        else
            Number(value);
        Write("\n");
    }

    public override void Seconds(long ns, params ReadOnlySpan<Label> labels)
    {
        Series("", labels, null);
        Seconds(ns);
        Write("\n");
    }

    /// <summary>
    /// A histogram of the family begun last. The buckets are right to the nanosecond, since their bounds are bounds of
    /// <see cref="LatencyHistogram"/>'s buckets too.
    /// </summary>
    public override void Histogram(
        HistogramSnapshot values, ImmutableArray<Exemplar?> exemplars, params ReadOnlySpan<Label> labels)
    {
        for (int i = 0; i <= BoundsNs.Length; i++)
        {
            bool last = i == BoundsNs.Length;
            Series("_bucket", labels, last ? null : BoundsNs[i], isBucket: true);
            Number(last ? values.Count : values.CountUpTo(BoundsNs[i]));
            if (openMetrics && !exemplars.IsEmpty && exemplars[i] is { } exemplar)
                Write(exemplar);
            Write("\n");
        }
        Series("_sum", labels, null);
        Seconds(values.SumNs);
        Write("\n");
        Series("_count", labels, null);
        Number(values.Count);
        Write("\n");
    }

    public override void End()
    {
        if (openMetrics)
            Write("# EOF\n");
    }

    private void Series(string suffix, ReadOnlySpan<Label> labels, long? boundNs, bool isBucket = false)
    {
        Write(_name);
        Write(suffix);
        string separator = "{";
        foreach (Label label in labels)
        {
            Write(separator, label);
            separator = ",";
        }
        if (isBucket)
        {
            Write(separator);
            Write("le=\"");
            Bound(boundNs);
            Write("\"");
        }
        Write(labels.IsEmpty && !isBucket ? " " : "} ");
    }

    // As Prometheus' client libraries have it: a float in OpenMetrics, shortest in the older format.
    private void Bound(long? ns)
    {
        if (ns is null)
        {
            Write("+Inf");
            return;
        }
        Seconds(ns.Value);
        if (openMetrics && ns % 1_000_000_000 == 0)
            Write(".0");
    }

    private void Write(Exemplar exemplar)
    {
        Write(" # ");
        string separator = "{";
        foreach (Label label in ExemplarLabels.Of(exemplar))
        {
            Write(separator, label);
            separator = ",";
        }
        Write("} ");
        Seconds(exemplar.Ns);
        Write(" ");
        Seconds(exemplar.At.ToUnixTimeMilliseconds() * 1_000_000);
    }

    private void Write(string separator, Label label)
    {
        Write(separator);
        Write(label.Name);
        Write("=\"");
        Escaped(label.Value, quotes: true);
        Write("\"");
    }

    // Whole numbers, not double: a sum of nanoseconds comes out as it is.
    private void Seconds(long ns)
    {
        if (ns < 0)
            Write("-");
        (ulong seconds, ulong rest) = Math.DivRem((ulong)Math.Abs(ns), 1_000_000_000UL);
        Number(seconds);
        if (rest == 0)
            return;
        Write(".");
        Span<byte> digits = text.GetSpan(9);
        for (int i = 8; i >= 0; i--, rest /= 10)
            digits[i] = (byte)('0' + rest % 10);
        text.Advance(digits[..9].LastIndexOfAnyExcept((byte)'0') + 1);
    }

    private void Number<T>(T number) where T : IUtf8SpanFormattable
    {
        number.TryFormat(text.GetSpan(64), out int written, default, CultureInfo.InvariantCulture);
        text.Advance(written);
    }

    private void Escaped(string value, bool quotes)
    {
        if (value.AsSpan().IndexOfAny('\\', '\n', '"') >= 0)
        {
            value = value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            value = quotes ? value.Replace("\"", "\\\"", StringComparison.Ordinal) : value;
        }
        Write(value);
    }

    private void Write(string value) =>
        text.Advance(Encoding.UTF8.GetBytes(value, text.GetSpan(Encoding.UTF8.GetMaxByteCount(value.Length))));
}
