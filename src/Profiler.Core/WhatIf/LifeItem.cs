using System.Collections.Immutable;
using Profiler.Core.Spans;

namespace Profiler.Core.WhatIf;

/// <summary>Something that a thread of a life did: an operation on a device, a reset, a part of a start.</summary>
/// <param name="Number">Its place in the life.</param>
/// <param name="Time">The part of it that is in the life.</param>
/// <param name="Tid">The thread; null where it is not known.</param>
/// <param name="Operation">What it was, if it was an operation.</param>
/// <param name="Resets">In order.</param>
/// <param name="Mapping">What it mapped, if it was a mapping.</param>
internal sealed record LifeItem(
    int Number, Interval Time, int? Tid, Operation? Operation, ImmutableArray<Reset> Resets, DmaMapping? Mapping)
{
    public bool IsRelease => Operation?.Kind == OperationKind.Release;

    /// <summary>Its waits for locks, in order.</summary>
    public ImmutableArray<LockWait> Waits => Operation?.LockWaits ?? [];

    /// <summary>A thread gives nothing away while it waits: the begin of the wait in which a time is.</summary>
    /// <param name="ns">The time.</param>
    /// <param name="leastNs">The result is not earlier.</param>
    public long BeforeWaitNs(long ns, long leastNs)
    {
        foreach (LockWait wait in Waits)
        {
            if (wait.Time.StartNs < ns && ns <= wait.Time.EndNs)
                return Math.Max(leastNs, wait.Time.StartNs);
        }
        return ns;
    }

    public bool Equals(LifeItem? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Number;
}
