using System.Diagnostics;
using Profiler.Core.Protobuf;

namespace Profiler.Metrics.Otlp.Messages;

/// <summary>A span or a log record.</summary>
internal interface ITelemetry
{
    /// <summary>Its trace; default if it has none.</summary>
    ActivityTraceId TraceId { get; }

    /// <summary>Writes the fields of its message.</summary>
    /// <param name="to">In the message.</param>
    /// <param name="problems">What makes figures incomplete; empty if nothing does.</param>
    void Write(ProtobufWriter to, IReadOnlyCollection<string> problems);
}
