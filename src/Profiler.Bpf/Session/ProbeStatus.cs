using Profiler.Bpf.Plan;

namespace Profiler.Bpf.Session;

/// <summary>Status of a planned probe.</summary>
/// <param name="Name">The probe's name.</param>
/// <param name="Symbol">The function or tracepoint.</param>
/// <param name="Kind">Attach method, used or planned; null if the plan found none.</param>
/// <param name="Attached">The probe is attached.</param>
/// <param name="Essential">The probe is required.</param>
/// <param name="Missed">How often the kernel could not run its programs; null if the kernel does not count this.</param>
/// <param name="Reason">The reason of this status, as text.</param>
/// <param name="WaitsFor">The module that must be loaded first; null if the probe is not waiting.</param>
/// <param name="Limited">The return probe sees only a few concurrent calls; the kernel does not count the others.</param>
public sealed record ProbeStatus(
    string Name, string Symbol, AttachKind? Kind, bool Attached, bool Essential, long? Missed, string Reason, string? WaitsFor,
    bool Limited = false);
