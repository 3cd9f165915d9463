using System.Collections.Immutable;
using Profiler.Core.Spans;

namespace Profiler.Core.Lives;

/// <summary>What a process has in progress.</summary>
/// <param name="Operations">Releases, opens and resets that it asked for, oldest first.</param>
/// <param name="Parts">Parts of its teardown, oldest first.</param>
/// <param name="SinceNs">
/// The oldest begin of anything in progress, including resets outside of operations, CLOCK_MONOTONIC; <see cref="long.MaxValue"/>
/// if there is nothing.
/// </param>
public readonly record struct UnderWay(
    ImmutableArray<OperationInFlight> Operations, ImmutableArray<TeardownInFlight> Parts, long SinceNs)
{
    /// <summary>Nothing.</summary>
    public static readonly UnderWay None = new([], [], long.MaxValue);

    /// <summary>Nothing is in progress.</summary>
    public bool IsNone => SinceNs == long.MaxValue;

    /// <summary>A release is in progress.</summary>
    public bool IsReleasing => Operations.Any(o => o.Kind == OperationKind.Release);

    /// <summary>The parts of its teardown up to now.</summary>
    public IEnumerable<TeardownPart> PartsUntil(long nowNs) =>
        Parts.Select(p => new TeardownPart(p.Task, p.Step, new Interval(p.SinceNs, Math.Max(p.SinceNs, nowNs))));

    /// <summary>The same, and releases of its devices by others.</summary>
    public UnderWay With(IEnumerable<OperationInFlight> byOthers)
    {
        OperationInFlight[] others = [.. byOthers];
        return others.Length == 0
            ? this
            : this with
            {
                Operations = [.. Operations.Concat(others).OrderBy(o => o.StartNs)],
                SinceNs = Math.Min(SinceNs, others.Min(o => o.StartNs)),
            };
    }

    /// <summary>What is in progress, by process.</summary>
    /// <param name="spans">What is in progress.</param>
    /// <param name="isOfOther">Whether a process does it with the device of another one.</param>
    public static Func<int, UnderWay> ByProcess(SpanAssembler spans, Func<OperationInFlight, bool>? isOfOther = null)
    {
        ILookup<int, OperationInFlight> operations = spans.InFlight().Where(o => isOfOther?.Invoke(o) != true).ToLookup(o => o.Task.Tgid);
        ILookup<int, TeardownInFlight> parts = spans.TeardownsInFlight().ToLookup(p => p.Task.Tgid);
        IReadOnlyDictionary<int, long> since = spans.BusySince();
        return tgid => new UnderWay([.. operations[tgid]], [.. parts[tgid]], since.GetValueOrDefault(tgid, long.MaxValue));
    }
}
