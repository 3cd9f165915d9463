namespace Profiler.Core.Capture;

/// <summary>What one of the source's programs cost until now.</summary>
/// <param name="Program">Its name.</param>
/// <param name="Runs">How often it ran while the kernel counted.</param>
/// <param name="Ns">Nanoseconds it took.</param>
public readonly record struct ProgramCost(string Program, long Runs, long Ns);
