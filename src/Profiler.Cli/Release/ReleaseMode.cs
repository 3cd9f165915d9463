namespace Profiler.Cli.Release;

/// <summary>The ways to let devices go. On the command line they are written in lower case.</summary>
internal enum ReleaseMode
{
    /// <summary>The process that holds all of them exits, and the kernel closes them: what becomes of a killed VM.</summary>
    Exit,

    /// <summary>One process closes them one after the other.</summary>
    Close,

    /// <summary>One process closes them all at once, each from a thread of its own.</summary>
    Threads,

    /// <summary>Each is held by a process of its own, and all of these exit at once.</summary>
    Processes,
}
