using Profiler.Core.Names;
using Profiler.Linux;

namespace Profiler.Core.Spans;

/// <summary>The attempts of a reset as text.</summary>
public static class ResetChainText
{
    /// <summary>"flr timed out after 60.123 s, then bus 1.052 s".</summary>
    public static string Of(IEnumerable<ResetAttempt> attempts) =>
        Of(attempts.Select(a => (a.Method.Name(), a.Time.DurationNs, a.Result)));

    /// <inheritdoc cref="Of(IEnumerable{ResetAttempt})"/>
    /// <param name="attempts">Name, duration and result of each.</param>
    public static string Of(IEnumerable<(string Method, long Ns, int Result)> attempts) =>
        string.Join(", then ", attempts.Select(a => a.Result switch
        {
            0 => $"{a.Method} {Figures.Text(a.Ns)}",
            -Errno.ENOTTY => $"{a.Method} timed out after {Figures.Text(a.Ns)}",
            _ => $"{a.Method} failed after {Figures.Text(a.Ns)} ({Errno.Name(a.Result)})",
        }));
}
