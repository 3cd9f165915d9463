using Profiler.Linux;

namespace Profiler.Core;

/// <summary>Exit codes of vfioscope.</summary>
public static class ExitCode
{
    /// <summary>Success.</summary>
    public const int Done = 0;

    /// <summary>The answer is no: <c>check</c> finds required probes missing, or a filter matches nothing.</summary>
    public const int No = 1;

    /// <summary>Wrong usage or input: an unknown option, a file that is not a recording, a device that does not exist.</summary>
    public const int Usage = 2;

    /// <summary>Not permitted or not supported on this host, or the output cannot be written.</summary>
    public const int NotPossible = 3;

    /// <summary>The reader has closed the output, for example <c>head</c>: the shell's code for death by SIGPIPE.</summary>
    public const int BrokenPipe = 128 + Signals.SIGPIPE;
}
