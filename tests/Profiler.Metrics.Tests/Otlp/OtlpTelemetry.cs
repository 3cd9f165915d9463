using System.Globalization;
using System.Text;

namespace Profiler.Metrics.Tests.Otlp;

/// <summary>
/// What one push of traces or logs told, read by Google's own library with the field numbers of opentelemetry-proto 1.7 (trace.proto,
/// logs.proto, whose containers are alike).
/// </summary>
internal sealed class OtlpTelemetry
{
    public Dictionary<string, string> Resource { get; } = [];

    public List<OtlpSpan> Spans { get; } = [];

    public List<OtlpLog> Logs { get; } = [];

    public static OtlpTelemetry Parse(byte[] request)
    {
        var telemetry = new OtlpTelemetry();
        foreach (OtlpMetrics.Field resource in OtlpMetrics.Fields(request).Where(f => f.Number == 1))
        {
            foreach ((string name, string value) in resource.First(1).Attributes(1))
                telemetry.Resource.Add(name, value);
            foreach (OtlpMetrics.Field item in resource.All(2).SelectMany(scope => scope.All(2)))
            {
                // A span's first field is its trace, a record's is its time.
                if (item.Inner.First() is { Number: 1, Bytes.Length: 16 })
                    telemetry.Spans.Add(OtlpSpan.Parse(item));
                else
                    telemetry.Logs.Add(OtlpLog.Parse(item));
            }
        }
        return telemetry;
    }

    /// <summary>Attributes in their order, values as a person reads them.</summary>
    public static Dictionary<string, string> Attributes(OtlpMetrics.Field of, int field) =>
        of.All(field).ToDictionary(pair => pair.First(1).Text, pair => Value(pair.First(2)));

    /// <summary>Bytes as hexadecimal digits; empty if there are none.</summary>
    public static string Id(OtlpMetrics.Field of, int field) => of.All(field).Select(f => Convert.ToHexStringLower(f.Bytes)).FirstOrDefault("");

    public static string Value(OtlpMetrics.Field any)
    {
        OtlpMetrics.Field value = any.Inner.Single();
        return value.Number switch
        {
            1 => value.Text,
            2 => value.Value != 0 ? "true" : "false",
            3 => ((long)value.Value).ToString(CultureInfo.InvariantCulture),
            4 => value.Double.ToString("0.0########", CultureInfo.InvariantCulture),
            5 => $"[{string.Join(", ", value.All(1).Select(Value))}]",
            var number => throw new InvalidDataException($"a value of kind {number}"),
        };
    }
}

/// <summary>A span.</summary>
internal sealed record OtlpSpan(string Trace, string Id, string Parent, string Name, ulong Start, ulong End)
{
    public Dictionary<string, string> Attributes { get; private init; } = [];

    public List<(string Trace, string Span, Dictionary<string, string> Attributes)> Links { get; private init; } = [];

    public ulong DroppedLinks { get; private init; }

    public List<(string Name, ulong Time, Dictionary<string, string> Attributes)> Events { get; private init; } = [];

    /// <summary>Of a failed one.</summary>
    public string? Failure { get; private init; }

    public static OtlpSpan Parse(OtlpMetrics.Field span) => new(
        OtlpTelemetry.Id(span, 1), OtlpTelemetry.Id(span, 2), OtlpTelemetry.Id(span, 4), span.First(5).Text, span.First(7).Value, span.First(8).Value)
    {
        Attributes = OtlpTelemetry.Attributes(span, 9),
        Events = [.. span.All(11).Select(e => (e.First(2).Text, e.First(1).Value, OtlpTelemetry.Attributes(e, 3)))],
        Links = [.. span.All(13).Select(l => (OtlpTelemetry.Id(l, 1), OtlpTelemetry.Id(l, 2), OtlpTelemetry.Attributes(l, 4)))],
        DroppedLinks = span.All(14).Select(f => f.Value).FirstOrDefault(),
        Failure = span.All(15).Where(s => s.First(3).Value == 2).Select(s => s.First(2).Text).FirstOrDefault(),
    };
}

/// <summary>A log record.</summary>
internal sealed record OtlpLog(ulong Time, ulong Observed, ulong Severity, string SeverityText, string Body, string Trace, string Span, string Event)
{
    public Dictionary<string, string> Attributes { get; private init; } = [];

    public static OtlpLog Parse(OtlpMetrics.Field log) => new(
        log.First(1).Value, log.First(11).Value, log.First(2).Value, log.First(3).Text, OtlpTelemetry.Value(log.First(5)),
        OtlpTelemetry.Id(log, 9), OtlpTelemetry.Id(log, 10), log.First(12).Text)
    {
        Attributes = OtlpTelemetry.Attributes(log, 6),
    };
}

/// <summary>Traces and records as text: a tree for each trace, times relative to a moment, ids as what they name.</summary>
/// <param name="epoch">The moment, nanoseconds since 1970.</param>
/// <param name="spans">All that were received.</param>
/// <param name="logs">Likewise.</param>
internal sealed class OtlpText(ulong epoch, IReadOnlyList<OtlpSpan> spans, IReadOnlyList<OtlpLog> logs)
{
    private readonly StringBuilder _text = new();
    private readonly List<string> _traces = [.. spans.OrderBy(s => s.Start).ThenBy(s => s.Parent.Length).Select(s => s.Trace).Distinct()];

    public string Render()
    {
        foreach (string trace in _traces)
        {
            Line(0, $"trace {Number(trace)}");
            foreach (OtlpSpan root in spans.Where(s => s.Trace == trace && s.Parent.Length == 0).OrderBy(s => s.Start))
                Render(root, 1);
            Line(0, "");
        }
        foreach (OtlpLog log in logs)
        {
            Line(0, $"{log.SeverityText} ({log.Severity}) {log.Event} at {Seconds(log.Time)} of {Named(log.Trace, log.Span)}");
            Line(1, log.Body);
            Render(log.Attributes, 2);
        }
        return _text.ToString();
    }

    private void Render(OtlpSpan span, int depth)
    {
        string failed = span.Failure is null ? "" : $"  FAILED: {span.Failure}";
        Line(depth, $"{span.Name}  {Seconds(span.Start)} + {(span.End - span.Start) / 1e9:0.000######}{failed}");
        Render(span.Attributes, depth + 2);
        foreach ((string name, ulong time, Dictionary<string, string> attributes) in span.Events)
            Line(depth + 2, $"* {name} at {Seconds(time)}{Short(attributes)}");
        foreach ((string trace, string id, Dictionary<string, string> attributes) in span.Links)
            Line(depth + 2, $"-> {Named(trace, id)}{Short(attributes)}");
        if (span.DroppedLinks > 0)
            Line(depth + 2, $"-> and {span.DroppedLinks} more");
        foreach (OtlpSpan below in spans.Where(s => s.Trace == span.Trace && s.Parent == span.Id).OrderBy(s => s.Start).ThenBy(s => s.Name, StringComparer.Ordinal))
            Render(below, depth + 1);
    }

    private string Named(string trace, string span) => span.Length == 0
        ? "no span"
        : spans.FirstOrDefault(s => s.Trace == trace && s.Id == span) is { } known ? $"{known.Name} of trace {Number(trace)}" : "a span that was not sent";

    private int Number(string trace) => _traces.IndexOf(trace) + 1;

    private void Render(Dictionary<string, string> attributes, int depth)
    {
        foreach ((string name, string value) in attributes)
            Line(depth, $"{name} = {value}");
    }

    private static string Short(Dictionary<string, string> attributes) =>
        attributes.Count == 0 ? "" : $" ({string.Join(", ", attributes.Select(a => $"{a.Key} = {a.Value}"))})";

    private string Seconds(ulong time) => (((Int128)time - epoch) is var ns ? (double)ns / 1e9 : 0).ToString("0.000######", CultureInfo.InvariantCulture);

    private void Line(int depth, string text) => _text.Append(' ', 2 * depth).Append(text).Append('\n');
}
