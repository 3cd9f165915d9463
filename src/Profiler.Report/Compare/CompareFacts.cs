using Profiler.Core.Names;

namespace Profiler.Report.Compare;

/// <summary>What recordings tell of hosts and captures besides durations, the likeliest cause of a difference first.</summary>
public enum FactKind
{
    Kernel,
    ResetMethods,
    ResetUsed,
    Driver,
    Process,
    Cause,
    Host,
    Probe,
}

/// <summary>Names of <see cref="FactKind"/>.</summary>
public static class FactKinds
{
    public static readonly NameTable<FactKind> Table = new(
        (FactKind.Kernel, "kernel"),
        (FactKind.ResetMethods, "reset_methods"),
        (FactKind.ResetUsed, "reset_used"),
        (FactKind.Driver, "driver"),
        (FactKind.Process, "process"),
        (FactKind.Cause, "cause"),
        (FactKind.Host, "host"),
        (FactKind.Probe, "probe"));

    public static string Name(this FactKind kind) => Table[kind];

    /// <summary>"kernel", "reset methods of Intel Corporation 82574L Gigabit Network Connection".</summary>
    public static string Words(this FactKind kind, string? subject) => kind switch
    {
        FactKind.ResetMethods => $"reset methods of {subject}",
        FactKind.ResetUsed => $"reset in releases of {subject}",
        FactKind.Driver => $"driver of {subject}",
        FactKind.Process => "processes with devices",
        FactKind.Cause => "causes of shutdowns",
        FactKind.Probe => $"probe {subject}",
        _ => kind.Name(),
    };
}
