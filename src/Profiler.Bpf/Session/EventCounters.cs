namespace Profiler.Bpf.Session;

/// <summary>
/// Counters of one kind of event, summed over all CPUs; the index is the kind. <c>Emitted = received + Lost</c>.
/// </summary>
/// <param name="Emitted">Events that the programs tried to write.</param>
/// <param name="Lost">Of these, events refused because the ring buffer was full.</param>
public readonly record struct KindCount(long Emitted, long Lost);
