using System.Globalization;
using System.Text.RegularExpressions;
using Google.Protobuf;

namespace Profiler.Metrics.Tests;

/// <summary>
/// What a scrape tells, whatever its format: each sample's series, as Prometheus' text has it, and its value. A histogram
/// has its classic buckets.
/// </summary>
internal static partial class Samples
{
    /// <exception cref="ArgumentException">A series is there twice.</exception>
    public static Dictionary<string, double> OfText(string text) => text.Split('\n')
        .Where(line => line is not ("" or ['#', ..]))
        .Select(line => Sample().Match(line))
        .ToDictionary(
            sample => Whole().Replace(sample.Groups[1].Value, "le=\"$1\""), // OpenMetrics' bounds are always floats
            sample => Number(sample.Groups[2].Value), StringComparer.Ordinal);

    /// <summary>https://github.com/prometheus/client_model/blob/v0.6.1/io/prometheus/client/metrics.proto</summary>
    /// <exception cref="ArgumentException">A series, or a metric, is there twice.</exception>
    public static Dictionary<string, double> OfProtobuf(byte[] delimited)
    {
        var samples = new Dictionary<string, double>(StringComparer.Ordinal);
        var names = new HashSet<string>();
        var input = new CodedInputStream(delimited);
        while (!input.IsAtEnd)
        {
            ProtobufField[] family = ProtobufField.Parse(input.ReadBytes().ToByteArray());
            string name = family.First(f => f.Number == 1).Text;
            Assert.True(names.Add(name), $"{name} is there twice");
            foreach (ProtobufField metric in family.Where(f => f.Number == 4))
            {
                string labels = string.Join(',', metric.All(1).Select(l => $"{l.First(1).Text}=\"{Escaped(l.First(2).Text)}\""));
                foreach (ProtobufField value in metric.Inner.Where(f => f.Number is 2 or 3))
                    samples.Add(Series(name, labels), value.First(1).Double);
                foreach (ProtobufField histogram in metric.All(7))
                {
                    samples.Add(Series(name + "_count", labels), histogram.First(1).Value);
                    samples.Add(Series(name + "_sum", labels), histogram.First(2).Double);
                    foreach (ProtobufField bucket in histogram.All(3))
                    {
                        double bound = bucket.First(2).Double;
                        string le = double.IsPositiveInfinity(bound) ? "+Inf" : bound.ToString("R", CultureInfo.InvariantCulture);
                        samples.Add(Series(name + "_bucket", (labels.Length > 0 ? labels + "," : "") + $"le=\"{le}\""), bucket.First(1).Value);
                    }
                }
            }
        }
        return samples;
    }

    private static string Series(string name, string labels) => labels.Length == 0 ? name : $"{name}{{{labels}}}";

    private static string Escaped(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal);

    // Go's ParseFloat, which Prometheus reads with, takes both words.
    private static double Number(string text) =>
        text is "+Inf" or "Infinity" ? double.PositiveInfinity : double.Parse(text, CultureInfo.InvariantCulture);

    // A series and its value; what follows in OpenMetrics is an exemplar.
    [GeneratedRegex("""^([a-z_:]+(?:\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)*\})?) ([^ ]+)(?: # .*)?$""")]
    private static partial Regex Sample();

    [GeneratedRegex("le=\"([0-9]+)\\.0\"")]
    private static partial Regex Whole();
}
