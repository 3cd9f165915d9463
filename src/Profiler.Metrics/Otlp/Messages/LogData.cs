using System.Diagnostics;
using Profiler.Core.Findings;
using Profiler.Core.Names;
using Profiler.Core.Protobuf;

namespace Profiler.Metrics.Otlp.Messages;

/// <summary>A log record (opentelemetry/proto/logs/v1/logs.proto). Times are nanoseconds since 1970, UTC.</summary>
/// <param name="name">The name of the event.</param>
/// <param name="time">When what it tells was over.</param>
/// <param name="observed">When it was found.</param>
/// <param name="severity">How much it matters.</param>
/// <param name="body">The sentence.</param>
internal sealed class LogData(string name, ulong time, ulong observed, Severity severity, string body) : ITelemetry
{
    private const uint Info = 9, Warn = 13; // SEVERITY_NUMBER_INFO, SEVERITY_NUMBER_WARN

    /// <summary>The span that it is about; null if that is not sent.</summary>
    public (ActivityTraceId Trace, ActivitySpanId Span)? Span { get; init; }

    public ActivityTraceId TraceId => Span?.Trace ?? default;

    public AttributeList Attributes { get; } = new();

    public void Write(ProtobufWriter to, IReadOnlyCollection<string> problems)
    {
        to.Fixed64(1, time);
        to.Varint(2, severity == Severity.Warning ? Warn : Info);
        to.String(3, severity.Name());
        AttributeList.WriteValue(to, 5, body);
        Attributes.Write(to, 6);
        if (problems.Count > 0)
            AttributeList.Write(to, 6, TelemetryAttributes.Problems, problems);
        if (Span is { } span)
        {
            to.Bytes(9, SpanData.Bytes(span.Trace));
            to.Bytes(10, SpanData.Bytes(span.Span));
        }
        to.Fixed64(11, observed);
        to.String(12, name);
    }
}
