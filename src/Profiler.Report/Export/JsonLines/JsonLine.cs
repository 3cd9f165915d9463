using System.Text.Json;
using System.Text.Json.Serialization;

namespace Profiler.Report.Export.JsonLines;

/// <summary>
/// One line of JSON: <c>vfioscope.jsonl/1</c>, described by docs/jsonl.schema.json. The field that is named as <paramref name="Type"/>
/// has the object, as the JSON report has it; durations in nanoseconds.
/// </summary>
/// <param name="Type">begin, open, release, user_reset, reset, start, shutdown, finding or capture.</param>
/// <param name="Time">Wall-clock time at which that ended, UTC.</param>
public sealed record JsonLine(string Type, DateTimeOffset Time)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LineBegin? Begin { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReportDevice? Open { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReportDevice? Release { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReportUserReset? UserReset { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LineReset? Reset { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReportStart? Start { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReportShutdown? Shutdown { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReportFinding? Finding { get; init; }

    /// <summary>What the finding is about; null if it is about the host, or a device.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LineSubject? Subject { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReportCapture? Capture { get; init; }

    /// <summary>Of a line <c>capture</c>: no line follows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Last { get; init; }

    /// <summary>The line, without its end.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, JsonLineContext.Relaxed.Context.JsonLine);
}

/// <summary>The first line: whose capture it is, and its two clocks.</summary>
/// <param name="Start">Wall-clock time at <paramref name="StartNs"/> (CLOCK_MONOTONIC): converts between the two.</param>
public sealed record LineBegin(string Schema, ReportHost Host, DateTimeOffset Start, long StartNs)
{
    public const string SchemaId = "vfioscope.jsonl/1";
}

/// <summary>A reset outside of releases, opens and requested resets, as by a write to sysfs.</summary>
public sealed record LineReset(string Bdf, int Pid, int Tid, string Comm, string? Vm, ReportReset Reset);

/// <summary>The start, shutdown or requested reset that a finding is about; that has a line of its own, before this one.</summary>
/// <param name="Type">start, shutdown or user_reset.</param>
/// <param name="StartNs">Its begin.</param>
public sealed record LineSubject(string Type, int Pid, string Comm, string? Vm, long StartNs);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DictionaryKeyPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(JsonLine))]
internal sealed partial class JsonLineContext : JsonSerializerContext
{
    internal static class Relaxed
    {
        public static readonly JsonLineContext Context = new(RelaxedJson.Of(Default.Options!));
    }
}
