using System.Globalization;
using System.Text;
using Profiler.Core.Histograms;

namespace Profiler.Cli.Metrics;

/// <summary>
/// Prometheus' text format, version 0.0.4: families of samples, one after another.
/// https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details
/// </summary>
internal sealed class ExpositionWriter
{
    /// <summary>The format's media type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();
    private string _name = "";

    /// <summary>Begins a family; its samples follow.</summary>
    /// <param name="name">The metric's name; a counter's ends in <c>_total</c>.</param>
    /// <param name="type">counter, gauge or histogram.</param>
    /// <param name="help">One sentence.</param>
    public void Family(string name, string type, string help)
    {
        _name = name;
        _text.Append("# HELP ").Append(name).Append(' ').Append(Escape(help)).Append('\n')
            .Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    /// <summary>A sample of the family begun last.</summary>
    public void Sample(long value, params ReadOnlySpan<(string Name, string Value)> labels) => Line("", labels, Text(value));

    /// <summary>
    /// A histogram of the family begun last. The buckets are right to the nanosecond, for bounds that are bounds of
    /// <see cref="LatencyHistogram"/>'s buckets too.
    /// </summary>
    /// <param name="values">In nanoseconds; written in seconds.</param>
    /// <param name="boundsNs">Upper bounds, inclusive, ascending; the infinite one is added.</param>
    /// <param name="labels">The labels of all its samples.</param>
    public void Histogram(
        HistogramSnapshot values, IEnumerable<long> boundsNs, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        foreach (long ns in boundsNs)
            Line("_bucket", [.. labels, ("le", Seconds(ns))], Text(values.CountUpTo(ns)));
        Line("_bucket", [.. labels, ("le", "+Inf")], Text(values.Count));
        Line("_sum", labels, Seconds(values.SumNs));
        Line("_count", labels, Text(values.Count));
    }

    /// <summary>All that was written.</summary>
    public override string ToString() => _text.ToString();

    private void Line(string suffix, ReadOnlySpan<(string Name, string Value)> labels, string value)
    {
        _text.Append(_name).Append(suffix);
        char separator = '{';
        foreach ((string name, string label) in labels)
        {
            _text.Append(separator).Append(name).Append("=\"")
                .Append(Escape(label).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
            separator = ',';
        }
        if (!labels.IsEmpty)
            _text.Append('}');
        _text.Append(' ').Append(value).Append('\n');
    }

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    // Decimal, not double: a sum of nanoseconds comes out as it is.
    private static string Seconds(long ns) => (ns / 1_000_000_000m).ToString("0.#########", CultureInfo.InvariantCulture);
}
