using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Problems;

namespace Profiler.Core.Recording;

/// <summary>Facts about a capture at its begin.</summary>
/// <param name="EventFormat">The wire format of its events.</param>
/// <param name="Kernel">Release of the kernel, <c>uname -r</c>.</param>
/// <param name="Hostname">Name of the host.</param>
/// <param name="Start">Wall-clock time.</param>
/// <param name="StartNs">The same moment on CLOCK_MONOTONIC: it converts between the two.</param>
/// <param name="Probes">All probes of the plan.</param>
public sealed record CaptureInfo(
    int EventFormat,
    string Kernel,
    string Hostname,
    DateTimeOffset Start,
    long StartNs,
    ImmutableArray<ProbeInfo> Probes)
{
    /// <summary>Problems that are known at the begin.</summary>
    public ImmutableArray<Problem> Problems { get; init; } = [];

    /// <summary>CPUs of the host that were online, 1 or more; null if unknown, as in older recordings.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Cpus { get; init; }

    /// <summary>What can be seen of the end of a process with these probes.</summary>
    [JsonIgnore]
    public EndsWatched EndsWatched => new(IsAttached("signal"), IsAttached("reaped"));

    private bool IsAttached(string probe) => Probes.Any(p => p.Name == probe && p.Attached);
}

/// <summary>Events of one kind: <c>Emitted = Received + Lost</c>.</summary>
public sealed record EventCount(string Kind, long Emitted, long Received, long Lost);

/// <summary>Facts about a capture at its end.</summary>
/// <param name="EndNs">CLOCK_MONOTONIC.</param>
/// <param name="Events">The final counts.</param>
/// <param name="Probes">All probes, with what they missed.</param>
public sealed record CaptureEnd(long EndNs, ImmutableArray<EventCount> Events, ImmutableArray<ProbeInfo> Probes)
{
    /// <summary>Problems that the capturing side knew at the end.</summary>
    public ImmutableArray<Problem> Problems { get; init; } = [];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CaptureInfo))]
[JsonSerializable(typeof(CaptureEnd))]
internal sealed partial class CaptureJson : JsonSerializerContext;
