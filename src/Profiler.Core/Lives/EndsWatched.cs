namespace Profiler.Core.Lives;

/// <summary>What can be seen of the end of a process.</summary>
/// <param name="Signals">Signals, and with them why a process exits and when it is dead.</param>
/// <param name="Reaping">When its parent reaps it.</param>
public readonly record struct EndsWatched(bool Signals, bool Reaping)
{
    /// <summary>Everything.</summary>
    public static readonly EndsWatched All = new(true, true);
}
