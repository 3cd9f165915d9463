namespace Profiler.Core.Facts;

/// <summary>A probe, as the capture had it.</summary>
/// <param name="Name">Its name in the plan.</param>
/// <param name="Symbol">The kernel function or tracepoint.</param>
/// <param name="Attach">kprobe, fentry or tracepoint; null if there was no way.</param>
/// <param name="Attached">It was attached.</param>
/// <param name="Missed">How often the kernel could not run it; null where the kernel does not tell.</param>
/// <param name="Reason">Why so, in words.</param>
/// <param name="WaitsFor">The module that has to be loaded first; null if it does not wait.</param>
/// <param name="Required">Without it there is no answer: one of release, lock and reset.</param>
public sealed record ProbeInfo(
    string Name, string Symbol, string? Attach, bool Attached, long? Missed, string Reason, string? WaitsFor = null, bool Required = false);
