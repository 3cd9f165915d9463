namespace Profiler.Bpf.Session;

/// <summary>What loading a program took of the kernel's verifier.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Instructions">Instructions that the verifier looked at, on all paths; null if the kernel does not tell.</param>
public sealed record VerifiedProgram(string Name, long? Instructions);
