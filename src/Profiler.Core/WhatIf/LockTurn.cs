namespace Profiler.Core.WhatIf;

/// <summary>A lock, or what an IOMMU group shares where its lock was not seen.</summary>
/// <param name="Address">Of the lock; 0 for a group.</param>
/// <param name="Group">The IOMMU group; -1 for a lock.</param>
internal readonly record struct LockKey(ulong Address, int Group = -1);

/// <summary>One item of a life has a lock, from when it took it until it gave it to the next one. Times are CLOCK_MONOTONIC nanoseconds.</summary>
/// <param name="item">Who has it.</param>
/// <param name="key">The lock.</param>
/// <param name="askedNs">When it began to wait; when it took it, if it did not wait.</param>
/// <param name="takenNs">When it had it.</param>
internal sealed class LockTurn(LifeItem item, LockKey key, long askedNs, long takenNs)
{
    public LifeItem Item => item;

    public LockKey Key => key;

    public long AskedNs => askedNs;

    public long TakenNs => takenNs;

    /// <summary>When it gave it away: as the next one had it, at the latest at its end.</summary>
    public long GivenNs { get; private set; } = item.Time.EndNs;

    /// <summary>The turn before it in the same life.</summary>
    public LockTurn? Before { get; private set; }

    public bool Waited => takenNs > askedNs;

    /// <summary>It waited, but not for <see cref="Before"/>: for what is not in this life.</summary>
    public bool FromOutside => Waited && !(Before?.GivenNs > askedNs);

    /// <summary>What passed from when the one before gave it away until this one had it, nanoseconds.</summary>
    public long HandoverNs => Waited && !FromOutside ? takenNs - Before!.GivenNs : 0;

    /// <summary>Puts the turns of a lock in their order.</summary>
    public static void Chain(List<LockTurn> turns)
    {
        turns.Sort(static (a, b) => a.TakenNs != b.TakenNs ? a.TakenNs.CompareTo(b.TakenNs) : a.Item.Number.CompareTo(b.Item.Number));
        for (int i = 1; i < turns.Count; i++)
        {
            (LockTurn before, LockTurn turn) = (turns[i - 1], turns[i]);
            turn.Before = before;
            before.GivenNs = before.Item == turn.Item
                ? Math.Max(before.TakenNs, Math.Min(before.GivenNs, turn.AskedNs))
                : before.Item.BeforeWaitNs(Math.Max(before.TakenNs, Math.Min(before.GivenNs, turn.TakenNs)), before.TakenNs);
        }
    }
}
