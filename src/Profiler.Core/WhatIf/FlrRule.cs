using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.WhatIf;

/// <summary>What an FLR in place of a bus reset would take.</summary>
internal sealed class FlrRule(FlrTimes times, IReadOnlyDictionary<string, DeviceIdentity> devices)
{
    // What a reset by the bus does and an FLR does not.
    private static readonly ImmutableArray<ResetStep> OfBus = [ResetStep.SecondaryBus, ResetStep.BridgeWait, ResetStep.DeviceWait];

    /// <summary>A reset that would be another one.</summary>
    public static bool Applies(Reset reset) => reset.Method == ResetMethod.Bus && !reset.FailedBefore.Any(f => f.Method == ResetMethod.Flr);

    /// <summary>The parts of a reset to which it applies that would be shorter.</summary>
    /// <param name="reset">Of a device whose identity is known.</param>
    /// <param name="within">The item that it is in.</param>
    public ImmutableArray<Shortened> Shorter(Reset reset, Interval within)
    {
        int hit = 1 + devices[reset.Device].DevSetMates.Count;
        if (times.Of(reset.Device) is { } seen)
            return Scaled([reset.Time], seen * hit, within);
        Interval[] steps = [.. reset.Parts.Where(p => OfBus.Contains(p.Step)).Select(p => p.Time)];
        return Scaled(steps.Length > 0 ? Union(steps) : [reset.Time], FlrTimes.DocumentedNs * hit, within);
    }

    private static ImmutableArray<Shortened> Scaled(Interval[] parts, long toNs, Interval within)
    {
        double factor = Math.Min(1, (double)toNs / Math.Max(1, parts.Sum(p => p.DurationNs)));
        return
        [
            .. parts.Where(p => p.OverlapNs(within) > 0)
                .Select(p => new Shortened(new Interval(Math.Max(p.StartNs, within.StartNs), Math.Min(p.EndNs, within.EndNs)), factor)),
        ];
    }

    // Steps may be one inside the other.
    private static Interval[] Union(Interval[] steps)
    {
        var union = new List<Interval>();
        foreach (Interval step in steps.OrderBy(s => s.StartNs))
        {
            if (union is [.., var last] && step.StartNs <= last.EndNs)
                union[^1] = new Interval(last.StartNs, Math.Max(last.EndNs, step.EndNs));
            else
                union.Add(step);
        }
        return [.. union];
    }
}
