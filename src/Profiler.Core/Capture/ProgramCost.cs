namespace Profiler.Core.Capture;

/// <summary>Cost of one BPF program of the source until now.</summary>
/// <param name="Program">Its name.</param>
/// <param name="Runs">Number of runs while the kernel counted.</param>
/// <param name="Ns">Run time, nanoseconds.</param>
public readonly record struct ProgramCost(string Program, long Runs, long Ns);
