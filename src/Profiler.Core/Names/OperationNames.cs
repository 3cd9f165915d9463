using Profiler.Core.Spans;

namespace Profiler.Core.Names;

/// <summary>Names of operations and of what they are doing.</summary>
public static class OperationNames
{
    public static readonly NameTable<OperationKind> Kinds = new(
        (OperationKind.Release, "release"),
        (OperationKind.Open, "open"));

    public static readonly NameTable<OperationState> States = new(
        (OperationState.Working, "working"),
        (OperationState.WaitingForLock, "waiting_for_lock"),
        (OperationState.Resetting, "resetting"));

    public static string Name(this OperationKind kind) => Kinds[kind];

    public static string Name(this OperationState state) => States[state];

    /// <summary>"waiting for a lock", "in reset"; nothing for one that simply works.</summary>
    public static string Words(this OperationState state) => state switch
    {
        OperationState.WaitingForLock => "waiting for a lock",
        OperationState.Resetting => "in reset",
        _ => "",
    };
}
