namespace Profiler.Cli.Release;

/// <summary>How devices are released.</summary>
internal enum ReleaseMode
{
    /// <summary>The process that holds all of them exits, and the kernel closes them, as for a killed VM.</summary>
    Exit,

    /// <summary>One process closes them one after the other.</summary>
    Close,

    /// <summary>One process closes them all at once, each from its own thread.</summary>
    Threads,

    /// <summary>Each is held by its own process, and all of these exit at once.</summary>
    Processes,
}
