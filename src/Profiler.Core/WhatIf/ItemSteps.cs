using System.Collections.Immutable;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.WhatIf;

internal enum StepKind
{
    /// <summary>Needs a CPU.</summary>
    Work,

    /// <summary>Waits for a time, or for a device.</summary>
    Sleep,

    /// <summary>Needs a lock.</summary>
    Take,

    /// <summary>Gives it away.</summary>
    Give,
}

/// <param name="Ns">Of work and sleep, nanoseconds.</param>
/// <param name="Turn">Of a lock.</param>
internal readonly record struct Step(StepKind Kind, double Ns, LockTurn? Turn = null);

/// <summary>What an item of a life did, step by step.</summary>
internal static class ItemSteps
{
    // In these the kernel sleeps, all but some microseconds.
    private static readonly ImmutableArray<ResetStep> Sleeping =
    [
        ResetStep.SecondaryBus, ResetStep.BridgeWait, ResetStep.DeviceWait, ResetStep.Flr, ResetStep.AfFlr, ResetStep.Pm, ResetStep.D3cold,
    ];

    /// <summary>The steps of an item, in order.</summary>
    /// <param name="item">The item.</param>
    /// <param name="turns">Its turns of locks.</param>
    /// <param name="shorter">What is shorter of it.</param>
    /// <param name="workNs">The work in a part of it, of which every nanosecond was work, nanoseconds.</param>
    public static List<Step> Of(LifeItem item, IEnumerable<LockTurn> turns, ImmutableArray<Shortened> shorter, Func<Interval, double> workNs)
    {
        // At the same time a lock is given away first.
        List<(long Ns, Step Step)> locks =
        [
            .. turns.SelectMany(t => new (long, Step)[] { (t.GivenNs, new Step(StepKind.Give, 0, t)), (t.AskedNs, new Step(StepKind.Take, 0, t)) })
                .OrderBy(l => l.Item1).ThenBy(l => l.Item2.Turn!.TakenNs).ThenBy(l => l.Item2.Kind),
        ];
        var steps = new List<Step>();
        int next = 0;
        foreach ((Interval part, StepKind? kind) in Parts(item, [.. shorter.Select(s => s.Time), .. locks.Select(l => new Interval(l.Ns, l.Ns))]))
        {
            for (; next < locks.Count && locks[next].Ns <= part.StartNs; next++)
                steps.Add(locks[next].Step);
            if (kind is null)
                continue;
            double factor = shorter.Where(s => s.Time.StartNs <= part.StartNs && part.EndNs <= s.Time.EndNs).Select(s => s.Factor).DefaultIfEmpty(1).First();
            steps.Add(new Step(kind.Value, factor * (kind == StepKind.Work ? workNs(part) : part.DurationNs)));
        }
        for (; next < locks.Count; next++)
            steps.Add(locks[next].Step);
        return steps;
    }

    /// <summary>The parts of an item in which it worked, in order.</summary>
    public static IEnumerable<Interval> Work(LifeItem item) => Parts(item, []).Where(p => p.Kind == StepKind.Work).Select(p => p.Part);

    // Each part is wholly a wait for a lock (null), sleep or work, and wholly inside or outside of the given times.
    private static IEnumerable<(Interval Part, StepKind? Kind)> Parts(LifeItem item, IEnumerable<Interval> within)
    {
        Interval[] waits = [.. item.Waits.Select(w => w.Time)];
        Interval[] sleeps = [.. item.Resets.SelectMany(r => r.Parts).Where(p => Sleeping.Contains(p.Step)).Select(p => p.Time)];
        long[] cuts =
        [
            .. waits.Concat(sleeps).Concat(within).Append(item.Time).SelectMany(i => new[] { i.StartNs, i.EndNs })
                .Where(ns => ns >= item.Time.StartNs && ns <= item.Time.EndNs).Distinct().Order(),
        ];
        for (int i = 1; i < cuts.Length; i++)
        {
            var part = new Interval(cuts[i - 1], cuts[i]);
            yield return (part, Covers(waits, part) ? null : Covers(sleeps, part) ? StepKind.Sleep : StepKind.Work);
        }
    }

    private static bool Covers(Interval[] all, Interval part) => all.Any(i => i.StartNs <= part.StartNs && part.EndNs <= i.EndNs);
}
