using System.Collections.Immutable;
using Profiler.Core.Spans;

namespace Profiler.Core.WhatIf;

/// <summary>A part of an item that takes another time.</summary>
/// <param name="Time">The part, as it was recorded.</param>
/// <param name="Factor">Its new duration by its old one, from 0 to 1.</param>
internal readonly record struct Shortened(Interval Time, double Factor);

/// <summary>What is otherwise in a replay; by default nothing.</summary>
internal sealed record Changes
{
    /// <summary>Releases begin together.</summary>
    public bool ParallelClose { get; init; }

    /// <summary>Nobody waits for these locks.</summary>
    public Func<LockKey, bool> IsSplit { get; init; } = static _ => false;

    /// <summary>The IOMMU group of a device, whose devices are closed one after another.</summary>
    public Func<string, int?> GroupOf { get; init; } = static _ => null;

    /// <summary>What is shorter of an item; parts do not overlap.</summary>
    public Func<LifeItem, ImmutableArray<Shortened>> ShorterOf { get; init; } = static _ => [];

    /// <summary>CPUs of the host; null if unknown, then there are as many as needed.</summary>
    public int? Cpus { get; init; }
}
