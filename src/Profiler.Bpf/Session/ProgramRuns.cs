namespace Profiler.Bpf.Session;

/// <summary>Cost of a program so far: <c>run_cnt</c> and <c>run_time_ns</c> of <c>struct bpf_prog_info</c>.</summary>
/// <param name="Program">Its name.</param>
/// <param name="Runs">Number of runs while the kernel counted.</param>
/// <param name="Ns">Total run time, nanoseconds.</param>
public sealed record ProgramRuns(string Program, long Runs, long Ns)
{
    internal static ProgramRuns Sum(IEnumerable<ProgramRuns> same) =>
        same.Aggregate((a, b) => a with { Runs = a.Runs + b.Runs, Ns = a.Ns + b.Ns });
}
