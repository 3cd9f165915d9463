using Profiler.Core.Lives;

namespace Profiler.Core.Names;

/// <summary>Names of what starts, and of how a start ends.</summary>
public static class StartNames
{
    public static readonly NameTable<StartKind> Kinds = new(
        (StartKind.Vm, "vm"),
        (StartKind.Process, "process"),
        (StartKind.Devices, "devices"));

    public static readonly NameTable<StartEnd> Ends = new(
        (StartEnd.Run, "run"),
        (StartEnd.Quiet, "quiet"),
        (StartEnd.Exit, "exit"),
        (StartEnd.Capture, "capture"));

    public static string Name(this StartKind kind) => Kinds[kind];

    public static string Name(this StartEnd end) => Ends[end];
}
