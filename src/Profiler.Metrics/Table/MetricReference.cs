using System.Globalization;
using System.Text;

namespace Profiler.Metrics.Table;

/// <summary>The metrics reference docs/metrics.md, generated from <see cref="MetricTable"/>.</summary>
public static class MetricReference
{
    /// <summary>The whole document, in Markdown.</summary>
    public static string Markdown()
    {
        var text = new StringBuilder(
            """
            # Metrics

            What `vfioscope serve` exports, by Prometheus' formats and by [OTLP](otlp.md). Made from `MetricTable.cs`, as are the
            help texts: `UPDATE_GOLDEN=1 make unit` writes it anew.

            Durations are in seconds. Histograms have classic buckets from 100 µs to 600 s, among them 5, 10, 15, 20, 30, 40, 45, 60,
            90 and 120 s, and in the protobuf format native ones of schema 3. Of a label that may grow, `device` and `vm`, a limited
            number of values has series of its own (`--max-devices`, `--max-vms`); the rest is `other`, and counted in
            `vfioscope_series_folded_total`. A device or VM that was not seen for an hour leaves.

            *Experimental* metrics may change or go in any version; the others stay as they are.

            | name | type | unit | labels | meaning |
            |---|---|---|---|---|

            """);
        foreach (MetricDefinition metric in MetricTable.All)
        {
            string labels = metric.Labels.IsEmpty ? "" : string.Join(", ", metric.Labels.Select(label => $"`{label}`"));
            string unit = metric.Unit == MetricUnit.None ? "" : metric.Unit.ToString().ToLowerInvariant();
            string meaning = metric.Help.Replace("|", "\\|", StringComparison.Ordinal);
            if (metric.Stability == MetricStability.Experimental)
                meaning = $"*Experimental.* {meaning}";
            text.Append(
                CultureInfo.InvariantCulture,
                $"| `{metric.Name}` | {metric.Type.ToString().ToLowerInvariant()} | {unit} | {labels} | {meaning} |\n");
        }
        return text.ToString();
    }
}
