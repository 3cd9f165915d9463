using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Recording;
using Profiler.Core.Wire;

namespace Profiler.Core.Capture;

/// <summary>
/// A recording of the events in a ring, with what a report of them needs: it begins where the events are complete, and has the processes
/// that had devices then, the facts, and the losses of that time. Missed calls and other problems are those of the whole capture.
/// </summary>
/// <param name="state">The capture at the moment of the contents.</param>
/// <param name="contents">The events.</param>
/// <param name="lost">Events lost in that time, by kind.</param>
/// <param name="wallClock">Converts CLOCK_MONOTONIC nanoseconds.</param>
internal sealed class RingRecording(
    ProfileState state, RingContents contents, ImmutableArray<long> lost, Func<long, DateTimeOffset> wallClock)
{
    private readonly ImmutableArray<Fact> _facts = [.. state.Facts.All];

    /// <summary>Writes it.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(Stream output)
    {
        using var writer = new RecordingWriter(output);
        writer.Begin(Info());
        HashSet<int> stacks = contents.Stacks();
        foreach (Fact fact in _facts.Where(f => IsNeeded(f, stacks)).Concat(contents.Before))
            writer.Fact(fact);
        foreach (PackedFrame frame in contents.Frames)
            writer.Packed(in frame);
        writer.End(new CaptureEnd(state.NowNs, Counts(), state.Health.Probes) { Problems = state.Problems });
    }

    private CaptureInfo Info()
    {
        CaptureInfo info = state.Info with { Problems = state.Problems };
        return contents.FromNs is { } fromNs ? info with { StartNs = fromNs, Start = wallClock(fromNs) } : info;
    }

    private bool IsNeeded(Fact fact, HashSet<int> stacks) => fact switch
    {
        KernelStack stack => stacks.Contains(stack.Key),
        ResetDamage damage => contents.FromNs is null || damage.EndNs >= contents.FromNs,
        ProcessAtStart => contents.FromNs is null, // else it is in contents.Before, as it was later
        _ => true,
    };

    private ImmutableArray<EventCount> Counts() =>
    [
        .. Enumerable.Range(1, WireEvent.Kinds - 1)
            .Select(kind => new EventCount(EventKindNames.Of(kind), contents.Counts[kind] + lost[kind], contents.Counts[kind], lost[kind])),
    ];
}
