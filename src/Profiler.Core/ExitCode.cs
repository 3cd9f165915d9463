using Profiler.Linux;

namespace Profiler.Core;

/// <summary>What the shell gets to see.</summary>
public static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>The answer is no (<c>check</c>: not everything can be watched; a filter that matches nothing).</summary>
    public const int No = 1;

    /// <summary>Wrong usage: an unknown option, a file that is no recording, a device that does not exist.</summary>
    public const int Usage = 2;

    /// <summary>Not permitted or not supported on this machine, or the output cannot be written.</summary>
    public const int NotPossible = 3;

    /// <summary>Whoever read our output went away, <c>head</c> for example: what the shell shows of those who die of SIGPIPE.</summary>
    public const int BrokenPipe = 128 + Signals.SIGPIPE;
}
