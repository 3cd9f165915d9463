namespace Profiler.Cli;

/// <summary>What the shell gets to see.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>The answer is no (<c>check</c>: not everything can be watched).</summary>
    public const int No = 1;

    /// <summary>Wrong usage: an unknown option, a file that is no recording, a device that does not exist.</summary>
    public const int Usage = 2;

    /// <summary>Not permitted, or not supported on this machine.</summary>
    public const int NotPossible = 3;
}
