using Profiler.Core.Wire;

namespace Profiler.Core.Names;

/// <summary>Names of kinds of locks.</summary>
public static class LockKindNames
{
    public static readonly NameTable<LockKind> Table = new(
        (LockKind.DevSet, "dev_set"),
        (LockKind.Group, "group"),
        (LockKind.Rwsem, "rwsem"),
        (LockKind.Other, "other"));

    public static string Name(this LockKind kind) => Table[kind];

    /// <summary>A lock in a text: "dev_set lock 1", "IOMMU group lock 2", "rw-semaphore lock 3", "lock 4".</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="name">"lock 1", or its address.</param>
    public static string Label(this LockKind kind, string name) => kind switch
    {
        LockKind.DevSet => $"dev_set {name}",
        LockKind.Group => $"IOMMU group {name}",
        LockKind.Rwsem => $"rw-semaphore {name}",
        _ => name,
    };
}
