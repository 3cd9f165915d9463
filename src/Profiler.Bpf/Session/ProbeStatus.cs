using Profiler.Bpf.Plan;

namespace Profiler.Bpf.Session;

/// <summary>What became of a planned probe.</summary>
/// <param name="Name">The probe's name.</param>
/// <param name="Symbol">The function or tracepoint.</param>
/// <param name="Kind">How it is attached, or was to be; null if the plan found no way.</param>
/// <param name="Attached">It is attached.</param>
/// <param name="Essential">Without it there is no answer.</param>
/// <param name="Missed">How often the kernel could not run its programs; null where the kernel does not tell.</param>
/// <param name="Reason">Why so, in words.</param>
/// <param name="WaitsFor">The module that has to be loaded first; null if it does not wait.</param>
/// <param name="Limited">Its return probe sees only a few calls at once; how many others there were nobody counts.</param>
public sealed record ProbeStatus(
    string Name, string Symbol, AttachKind? Kind, bool Attached, bool Essential, long? Missed, string Reason, string? WaitsFor,
    bool Limited = false);
