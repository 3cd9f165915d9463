namespace Profiler.Bpf.Session;

/// <summary>One kind of event, summed over all CPUs; index is the kind. <c>Emitted = received + Lost</c>.</summary>
/// <param name="Emitted">Events the programs had to tell.</param>
/// <param name="Lost">Of these, refused because the ring buffer was full.</param>
public readonly record struct KindCount(long Emitted, long Lost);
