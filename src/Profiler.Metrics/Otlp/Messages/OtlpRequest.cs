using OpenTelemetry.Resources;
using Profiler.Core.Protobuf;

namespace Profiler.Metrics.Otlp.Messages;

/// <summary>
/// ExportTraceServiceRequest and ExportLogsServiceRequest, whose fields have the same numbers
/// (opentelemetry/proto/collector/*/v1). Written here, not by the SDK: its spans get a random id when they begin, and a link can only
/// name a span that has not been sent yet if its id can be known beforehand.
/// </summary>
/// <param name="resource">Who sends.</param>
/// <param name="version">Version of this program.</param>
internal sealed class OtlpRequest(Resource resource, string version)
{
    /// <summary>Writes one request.</summary>
    /// <param name="to">Empty.</param>
    /// <param name="items">Spans or log records.</param>
    /// <param name="problems">What makes figures incomplete; empty if nothing does.</param>
    public void Write(PooledBuffer to, IEnumerable<ITelemetry> items, IReadOnlyCollection<string> problems)
    {
        var message = new ProtobufWriter(to);
        int all = message.BeginMessage(1);
        int by = message.BeginMessage(1);
        foreach ((string name, object value) in resource.Attributes)
            AttributeList.Write(message, 1, name, value);
        message.EndMessage(by);
        int scoped = message.BeginMessage(2);
        int scope = message.BeginMessage(1);
        message.String(1, OtlpResource.Name);
        message.String(2, version);
        message.EndMessage(scope);
        foreach (ITelemetry item in items)
        {
            int begin = message.BeginMessage(2);
            item.Write(message, problems);
            message.EndMessage(begin);
        }
        message.EndMessage(scoped);
        message.EndMessage(all);
    }

    /// <summary>
    /// Reads the answer, ExportTracePartialSuccess or ExportLogsPartialSuccess: how many items were not accepted, and why.
    /// </summary>
    public static (long Rejected, string Reason) Read(ReadOnlySpan<byte> answer)
    {
        var fields = new ProtobufFields(answer);
        while (fields.Next())
        {
            if (fields.Number != 1 || fields.Bytes.IsEmpty)
                continue;
            (long rejected, string reason) = (0, "");
            var partial = new ProtobufFields(fields.Bytes);
            while (partial.Next())
            {
                if (partial.Number == 1)
                    rejected = (long)Math.Min(partial.Value, long.MaxValue);
                else if (partial.Number == 2)
                    reason = Core.Wire.Printable.Clean(System.Text.Encoding.UTF8.GetString(partial.Bytes), 200);
            }
            return (rejected, reason);
        }
        return (0, "");
    }
}
