using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Core.Problems;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.WhatIf;

/// <summary>Answers <c>--what-if</c> from what a recording tells of its host.</summary>
public sealed class WhatIfAnalysis
{
    // These make single lives incomplete, which know it themselves.
    private static readonly ImmutableArray<string> OfLives =
        [ProblemKinds.BeganBefore.Id, ProblemKinds.Unfinished.Id, ProblemKinds.StartBeganBefore.Id, ProblemKinds.StartUnfinished.Id];

    private readonly IReadOnlyDictionary<string, DeviceIdentity> _devices;
    private readonly int? _cpus;
    private readonly string? _incomplete;
    private readonly MappingRates _rates;
    private readonly FlrTimes _flrs;
    private readonly FlrRule _flr;
    private readonly HashSet<ulong> _devSets;
    private readonly HashSet<ulong> _heldInResets;

    /// <param name="operations">All of the recording.</param>
    /// <param name="resets">Those outside of operations.</param>
    /// <param name="starts">All of the recording.</param>
    /// <param name="devices">All that are known.</param>
    /// <param name="problems">Of the capture.</param>
    /// <param name="cpus">CPUs of the host; null if unknown.</param>
    public WhatIfAnalysis(
        IReadOnlyList<Operation> operations, IEnumerable<Reset> resets, IEnumerable<Start> starts,
        IReadOnlyDictionary<string, DeviceIdentity> devices, IEnumerable<Problem> problems, int? cpus)
    {
        (_devices, _cpus) = (devices, cpus);
        _incomplete = problems.FirstOrDefault(p => p.Kind.Impact == Impact.Incomplete && !OfLives.Contains(p.Id))?.Text;
        _rates = MappingRates.Of(starts);
        _flrs = new FlrTimes(operations.SelectMany(o => o.Resets).Concat(resets), devices);
        _flr = new FlrRule(_flrs, devices);
        _devSets = [.. operations.Select(o => o.Lock).Where(l => l != 0)];
        // An open does not tell whose lock it waits for, other operations do.
        HashSet<ulong> others =
        [
            .. operations.SelectMany(o => o.LockWaits).Where(w => w.Kind is LockKind.DevSet or LockKind.Group).Select(w => w.Lock),
        ];
        _devSets.UnionWith(operations.SelectMany(o => o.LockWaits).Where(w => w.Kind == LockKind.DevSet).Select(w => w.Lock));
        _heldInResets =
        [
            .. operations.SelectMany(o => o.LockWaits)
                .Where(w => w.Kind == LockKind.Other && !others.Contains(w.Lock) && w.Holders.Any(h => h.ResetNs > 0)).Select(w => w.Lock),
        ];
    }

    /// <summary>Each of some rules for itself, and if there are several, all together.</summary>
    public ImmutableArray<WhatIfAnswer> Of(Shutdown shutdown, ImmutableArray<WhatIfRule> rules) => Of(RecordedLife.Of(shutdown), rules);

    /// <inheritdoc cref="Of(Shutdown, ImmutableArray{WhatIfRule})"/>
    public ImmutableArray<WhatIfAnswer> Of(Start start, ImmutableArray<WhatIfRule> rules) => Of(RecordedLife.Of(start), rules);

    /// <summary>How long a replay without any rule takes, nanoseconds: as long as was recorded, if the model is right.</summary>
    public long? ReplayedNs(Shutdown shutdown) => Replay.DurationNs(RecordedLife.Of(shutdown), Changes([]));

    /// <inheritdoc cref="ReplayedNs(Shutdown)"/>
    public long? ReplayedNs(Start start) => Replay.DurationNs(RecordedLife.Of(start), Changes([]));

    private ImmutableArray<WhatIfAnswer> Of(RecordedLife life, ImmutableArray<WhatIfRule> rules)
    {
        ImmutableArray<WhatIfRule> asked = [.. rules.Distinct().Order()];
        IEnumerable<ImmutableArray<WhatIfRule>> sets = asked.Select(r => ImmutableArray.Create(r));
        return [.. (asked.Length > 1 ? sets.Append(asked) : sets).Select(set => Answer(life, set))];
    }

    private WhatIfAnswer Answer(RecordedLife life, ImmutableArray<WhatIfRule> rules)
    {
        long wall = life.Time.DurationNs;
        if (Unknown(life, rules) is { } unknown)
            return new WhatIfAnswer(rules, wall, null, unknown, []);
        // Threads in another order may be slower: then nothing is saved.
        return Replay.DurationNs(life, Changes(rules)) is { } would
            ? new WhatIfAnswer(rules, wall, Math.Clamp(would, 0, wall), null, [.. Notes(life, rules)])
            : new WhatIfAnswer(rules, wall, null, "in another order its threads would wait for one another in a circle", []);
    }

    private Changes Changes(ImmutableArray<WhatIfRule> rules) => new()
    {
        ParallelClose = rules.Contains(WhatIfRule.ParallelClose),
        IsSplit = rules.Contains(WhatIfRule.SplitDevSets) ? key => _devSets.Contains(key.Address) || _heldInResets.Contains(key.Address) : static _ => false,
        GroupOf = device => _devices.GetValueOrDefault(device)?.IommuGroup,
        ShorterOf = item =>
        [
            .. rules.Contains(WhatIfRule.Flr) ? item.Resets.Where(FlrRule.Applies).SelectMany(r => _flr.Shorter(r, item.Time)) : [],
            .. rules.Contains(WhatIfRule.HugePages) && LargePagesNs(item) is { } ns ? [new Shortened(item.Time, Math.Min(1, (double)ns / Math.Max(1, item.Time.DurationNs)))] : Array.Empty<Shortened>(),
        ],
        Cpus = _cpus,
    };

    private string? Unknown(RecordedLife life, ImmutableArray<WhatIfRule> rules)
    {
        if (_incomplete is not null)
            return $"the capture is incomplete: {_incomplete}";
        if (!life.IsWhole)
            return "it was not seen from begin to end";
        if (life.Items.FirstOrDefault(i => i.Operation?.Partial == true) is { } partial)
            return $"what {partial.Operation!.Device} did was not seen from its begin";
        foreach (WhatIfRule rule in rules)
        {
            if (Unknown(life, rule, rules) is { } unknown)
                return unknown;
        }
        return null;
    }

    private string? Unknown(RecordedLife life, WhatIfRule rule, ImmutableArray<WhatIfRule> rules) => rule switch
    {
        WhatIfRule.ParallelClose when life.Releases.Skip(1).Any() => life.Releases
            .Select(i => UnknownLock(life, i.Operation!, rules.Contains(WhatIfRule.SplitDevSets))).FirstOrDefault(u => u is not null),
        WhatIfRule.SplitDevSets when life.Items.Any(i => i.Waits.Any(w => w.Lock == 0)) => "which lock was waited for is not known",
        WhatIfRule.Flr when life.Items.SelectMany(i => i.Resets).FirstOrDefault(r => FlrRule.Applies(r) && !_devices.ContainsKey(r.Device)) is { } reset =>
            $"what else is on the bus of {reset.Device} is not known",
        WhatIfRule.HugePages when life.IsShutdown => "how much faster large pages are unmapped and freed was not measured",
        WhatIfRule.HugePages when life.Items.Any(i => InSmallPages(i) && LargePagesNs(i) is null) =>
            "how fast this host maps large pages was not seen: record a start with large pages beside it",
        _ => null,
    };

    // Plain vfio-pci has no other lock that devices share; other drivers may, and nobody waits for it while devices are closed one after another.
    private string? UnknownLock(RecordedLife life, Operation release, bool split)
    {
        if (release.Lock == 0)
            return $"which lock {release.Device} needs was not seen";
        if (!_devices.TryGetValue(release.Device, out DeviceIdentity? device))
            return $"with which devices {release.Device} shares a lock is not known";
        bool together = Interval.PeakConcurrency<LifeItem>([.. life.Releases.Where(i => DriverOf(i) == device.Driver)], static i => i.Time) > 1;
        return device.Driver == "vfio-pci" || split || together
            ? null
            : $"its driver {device.Driver ?? "(unknown)"} may have a lock for several devices, which shows only when two are closed at the same time";
    }

    private string? DriverOf(LifeItem item) => _devices.GetValueOrDefault(item.Operation!.Device)?.Driver;

    private IEnumerable<string> Notes(RecordedLife life, ImmutableArray<WhatIfRule> rules)
    {
        if (rules.Contains(WhatIfRule.ParallelClose) && _cpus is null)
            yield return "how many CPUs this host has is not in the recording: assumed to be enough";
        if (!rules.Contains(WhatIfRule.Flr))
            yield break;
        string[] reset = [.. life.Items.SelectMany(i => i.Resets).Where(FlrRule.Applies).Select(r => r.Device).Distinct()];
        if (reset.Where(d => _flrs.Of(d) is null).ToArray() is { Length: > 0 } unseen)
            yield return $"no FLR of {Figures.List(unseen)} was seen: taken to last the documented {Figures.Limit(FlrTimes.DocumentedNs)}";
        if (reset.Where(d => _devices[d].ResetMethods is { } methods && !methods.Contains("flr")).ToArray() is { Length: > 0 } without)
            yield return $"{Figures.List(without)}: reset_method does not list flr";
    }

    private static bool InSmallPages(LifeItem item) => item.Mapping is { AllocatedBytes: > 0 } mapping &&
        mapping.AllocatedBytes >= mapping.PinnedBytes / 10 * 9 &&
        mapping.SmallPageBytes(Environment.SystemPageSize, MappingRates.LargePage) > mapping.AllocatedBytes / 2;

    private long? LargePagesNs(LifeItem item) => InSmallPages(item) ? _rates.InLargePagesNs(item.Mapping!.Value.AllocatedBytes) : null;
}
