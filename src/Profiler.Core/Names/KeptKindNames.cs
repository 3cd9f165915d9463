using Profiler.Core.Lives;

namespace Profiler.Core.Names;

/// <summary>Names of what recordings are kept for.</summary>
public static class KeptKindNames
{
    public static readonly NameTable<KeptKind> Kinds = new(
        (KeptKind.Shutdown, "shutdown"),
        (KeptKind.Start, "start"),
        (KeptKind.Reset, "reset"));

    public static string Name(this KeptKind kind) => Kinds[kind];
}
