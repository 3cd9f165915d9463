namespace Profiler.Core.Lives;

/// <summary>What a recording is kept for; <see cref="Names.KeptKindNames"/> has the names.</summary>
public enum KeptKind
{
    Shutdown,
    Start,

    /// <summary>A device that is worse after a reset.</summary>
    Reset,
}
