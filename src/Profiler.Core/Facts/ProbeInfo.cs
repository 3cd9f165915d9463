namespace Profiler.Core.Facts;

/// <summary>A probe of a capture.</summary>
/// <param name="Name">Its name in the plan.</param>
/// <param name="Symbol">The kernel function or tracepoint.</param>
/// <param name="Attach">kprobe, fentry or tracepoint; null if none is possible.</param>
/// <param name="Attached">It was attached.</param>
/// <param name="Missed">Calls for which the kernel did not run it; null if the kernel does not count them.</param>
/// <param name="Reason">The reason for this, in words.</param>
/// <param name="WaitsFor">The module that is not loaded yet; null if it does not wait.</param>
/// <param name="Required">It is one of release, lock and reset.</param>
public sealed record ProbeInfo(
    string Name, string Symbol, string? Attach, bool Attached, long? Missed, string Reason, string? WaitsFor = null, bool Required = false);
