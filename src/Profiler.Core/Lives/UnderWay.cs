using System.Collections.Immutable;
using Profiler.Core.Spans;

namespace Profiler.Core.Lives;

/// <summary>What a process is at: it has begun, and not ended.</summary>
/// <param name="Operations">Releases and opens, oldest first.</param>
/// <param name="Parts">Parts of its teardown, oldest first.</param>
/// <param name="SinceNs">
/// Since when it is at something, resets outside of operations included, CLOCK_MONOTONIC; <see cref="long.MaxValue"/> if it is not.
/// </param>
public readonly record struct UnderWay(
    ImmutableArray<OperationInFlight> Operations, ImmutableArray<TeardownInFlight> Parts, long SinceNs)
{
    /// <summary>Nothing.</summary>
    public static readonly UnderWay None = new([], [], long.MaxValue);

    /// <summary>It is at nothing.</summary>
    public bool IsNone => SinceNs == long.MaxValue;

    /// <summary>A device is being released.</summary>
    public bool IsReleasing => Operations.Any(o => o.Kind == OperationKind.Release);

    /// <summary>The parts of its teardown, as far as they have come.</summary>
    public IEnumerable<TeardownPart> PartsUntil(long nowNs) =>
        Parts.Select(p => new TeardownPart(p.Task, p.Step, new Interval(p.SinceNs, Math.Max(p.SinceNs, nowNs))));

    /// <summary>What is under way, by process.</summary>
    public static Func<int, UnderWay> ByProcess(SpanAssembler spans)
    {
        ILookup<int, OperationInFlight> operations = spans.InFlight().ToLookup(o => o.Task.Tgid);
        ILookup<int, TeardownInFlight> parts = spans.TeardownsInFlight().ToLookup(p => p.Task.Tgid);
        IReadOnlyDictionary<int, long> since = spans.BusySince();
        return tgid => new UnderWay([.. operations[tgid]], [.. parts[tgid]], since.GetValueOrDefault(tgid, long.MaxValue));
    }
}
