using System.Globalization;

namespace Profiler.Metrics.Formats;

/// <summary>The writer of a format.</summary>
internal enum Writer
{
    /// <summary>The registry, in the Prometheus text format.</summary>
    Text,

    /// <summary>The registry, in the OpenMetrics format.</summary>
    OpenMetrics,

    /// <summary><see cref="ProtobufFormat"/>.</summary>
    Protobuf,
}

/// <summary>A format that a scraper can request.</summary>
/// <param name="ContentType">Content-Type header of the response.</param>
/// <param name="Writer">Writes the response.</param>
internal sealed record ServedFormat(string ContentType, Writer Writer);

/// <summary>
/// Selects format and compression from the request headers (RFC 9110, 12.5). The highest weight wins, then the first entry.
/// Unsupported formats are skipped. If no supported format is requested, the response is text.
/// </summary>
internal static class Negotiation
{
    /// <summary>Prometheus text format 0.0.4, the default.</summary>
    public static readonly ServedFormat Text = new(
        "text/plain; version=0.0.4; charset=utf-8", Writer.Text);

    /// <summary>OpenMetrics 1.0.</summary>
    public static readonly ServedFormat OpenMetrics = new(
        "application/openmetrics-text; version=1.0.0; charset=utf-8", Writer.OpenMetrics);

    // Prometheus before 2.50 also asks for version 0.0.1. The parts used here are the same.
    private static readonly ServedFormat OpenMetricsDraft = OpenMetrics with
    {
        ContentType = "application/openmetrics-text; version=0.0.1; charset=utf-8",
    };

    /// <summary>Prometheus protobuf format, which supports native histograms.</summary>
    public static readonly ServedFormat Protobuf = new(
        "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited", Writer.Protobuf);

    /// <summary>A format by its writer; null if there is none.</summary>
    public static ServedFormat? Of(Writer writer) => writer switch
    {
        Writer.Text => Text,
        Writer.OpenMetrics => OpenMetrics,
        Writer.Protobuf => Protobuf,
        _ => null,
    };

    /// <param name="accept">The Accept header; null or empty if missing.</param>
    public static ServedFormat Format(string? accept) => Ranges(accept)
        .Where(range => range.Weight > 0)
        .OrderByDescending(range => range.Weight)
        .Select(range => Find(range.Name, range.Parameters))
        .FirstOrDefault(format => format is not null) ?? Text;

    /// <param name="acceptEncoding">The Accept-Encoding header; null or empty if missing.</param>
    public static bool Gzip(string? acceptEncoding) =>
        Ranges(acceptEncoding).Where(range => range.Name is "gzip" or "x-gzip" or "*").Select(range => range.Weight).FirstOrDefault() > 0;

    private static ServedFormat? Find(string name, Dictionary<string, string> parameters) => name switch
    {
        "application/vnd.google.protobuf" => parameters.GetValueOrDefault("proto") == "io.prometheus.client.MetricFamily" &&
            parameters.GetValueOrDefault("encoding") == "delimited" ? Protobuf : null,
        "application/openmetrics-text" => parameters.GetValueOrDefault("version") switch
        {
            null or "1.0.0" => OpenMetrics,
            "0.0.1" => OpenMetricsDraft,
            _ => null,
        },
        "text/plain" => parameters.GetValueOrDefault("version") is null or "0.0.4" ? Text : null,
        "text/*" or "*/*" => Text,
        _ => null,
    };

    private static IEnumerable<(string Name, Dictionary<string, string> Parameters, double Weight)> Ranges(string? header)
    {
        foreach (string range in (header ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] parts = range.Split(';', StringSplitOptions.TrimEntries);
            var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (string[] pair in parts.Skip(1).Select(p => p.Split('=', 2, StringSplitOptions.TrimEntries)).Where(p => p.Length == 2))
                parameters[pair[0]] = pair[1].Trim('"');
            yield return (parts[0].ToLowerInvariant(), parameters, Weight(parameters.GetValueOrDefault("q")));
        }
    }

    private static double Weight(string? text) =>
        text is null ? 1
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double weight) && weight <= 1 ? weight
        : 0;
}
