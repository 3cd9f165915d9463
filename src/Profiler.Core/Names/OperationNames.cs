using Profiler.Core.Spans;

namespace Profiler.Core.Names;

/// <summary>Names of operations and of what they are doing.</summary>
public static class OperationNames
{
    public static readonly NameTable<OperationKind> Kinds = new(
        (OperationKind.Release, "release"),
        (OperationKind.Open, "open"),
        (OperationKind.DeviceReset, "device_reset"),
        (OperationKind.HotReset, "hot_reset"));

    public static readonly NameTable<OperationState> States = new(
        (OperationState.Working, "working"),
        (OperationState.WaitingForLock, "waiting_for_lock"),
        (OperationState.Resetting, "resetting"));

    public static string Name(this OperationKind kind) => Kinds[kind];

    /// <summary>"release", "hot reset".</summary>
    public static string Words(this OperationKind kind) => kind.Name().Replace('_', ' ');

    /// <summary>What is done to the device: "being released".</summary>
    public static string Doing(this OperationKind kind) => kind switch
    {
        OperationKind.Release => "being released",
        OperationKind.Open => "being opened",
        _ => "being reset",
    };

    public static string Name(this OperationState state) => States[state];

    /// <summary>"waiting for a lock", "in reset"; nothing for one that simply works.</summary>
    public static string Words(this OperationState state) => state switch
    {
        OperationState.WaitingForLock => "waiting for a lock",
        OperationState.Resetting => "in reset",
        _ => "",
    };
}
