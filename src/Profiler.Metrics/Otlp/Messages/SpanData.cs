using System.Diagnostics;
using Profiler.Core.Names;
using Profiler.Core.Protobuf;

namespace Profiler.Metrics.Otlp.Messages;

/// <summary>A span (opentelemetry/proto/trace/v1/trace.proto). Times are nanoseconds since 1970, UTC.</summary>
/// <param name="traceId">Its trace.</param>
/// <param name="spanId">Unique in the trace.</param>
/// <param name="parent">The span that it is a part of; null for the root of a trace.</param>
/// <param name="name">As it is shown.</param>
/// <param name="start">When it began.</param>
/// <param name="end">When it ended; not before it began.</param>
internal sealed class SpanData(
    ActivityTraceId traceId, ActivitySpanId spanId, ActivitySpanId? parent, string name, ulong start, ulong end) : ITelemetry
{
    private const int Internal = 1; // SPAN_KIND_INTERNAL
    private const int Failed = 2; // STATUS_CODE_ERROR

    public ActivityTraceId TraceId => traceId;

    public ActivitySpanId SpanId => spanId;

    public AttributeList Attributes { get; } = new();

    public List<SpanLink> Links { get; } = [];

    /// <summary>Links beyond the maximum.</summary>
    public int DroppedLinks { get; set; }

    public List<SpanEvent> Events { get; } = [];

    /// <summary>Why it failed; null if it did not.</summary>
    public string? Failure { get; set; }

    public void Write(ProtobufWriter to, IReadOnlyCollection<string> problems)
    {
        to.Bytes(1, Bytes(traceId));
        to.Bytes(2, Bytes(spanId));
        if (parent is { } known)
            to.Bytes(4, Bytes(known));
        to.String(5, name);
        to.Varint(6, Internal);
        to.Fixed64(7, start);
        to.Fixed64(8, end);
        Attributes.Write(to, 9);
        if (parent is null && problems.Count > 0)
            AttributeList.Write(to, 9, TelemetryAttributes.Problems, problems);
        foreach (SpanEvent at in Events)
        {
            int begin = to.BeginMessage(11);
            to.Fixed64(1, at.Time);
            to.String(2, at.Name);
            at.Attributes.Write(to, 3);
            to.EndMessage(begin);
        }
        foreach (SpanLink link in Links)
        {
            int begin = to.BeginMessage(13);
            to.Bytes(1, Bytes(link.TraceId));
            to.Bytes(2, Bytes(link.SpanId));
            link.Attributes.Write(to, 4);
            to.EndMessage(begin);
        }
        if (DroppedLinks > 0)
            to.Varint(14, (ulong)DroppedLinks);
        if (Failure is not null)
        {
            int status = to.BeginMessage(15);
            to.String(2, Failure);
            to.Varint(3, Failed);
            to.EndMessage(status);
        }
    }

    internal static byte[] Bytes(ActivityTraceId id)
    {
        byte[] bytes = new byte[16];
        id.CopyTo(bytes);
        return bytes;
    }

    internal static byte[] Bytes(ActivitySpanId id)
    {
        byte[] bytes = new byte[8];
        id.CopyTo(bytes);
        return bytes;
    }
}

/// <summary>A reference to a span, which need not have been sent yet.</summary>
internal sealed record SpanLink(ActivityTraceId TraceId, ActivitySpanId SpanId)
{
    public AttributeList Attributes { get; } = new();
}

/// <summary>A moment of a span.</summary>
/// <param name="Name">What happened.</param>
/// <param name="Time">When, nanoseconds since 1970.</param>
internal sealed record SpanEvent(string Name, ulong Time)
{
    public AttributeList Attributes { get; } = new();
}
