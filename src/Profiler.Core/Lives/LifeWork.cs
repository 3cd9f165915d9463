namespace Profiler.Core.Lives;

/// <summary>What the computations about one process after another use again.</summary>
internal sealed class LifeWork
{
    /// <summary>The closes that a process lived on after.</summary>
    public ClosesOver Closes { get; } = new();

    /// <summary>Other bursts of it.</summary>
    public CloseBursts Bursts { get; } = new();
}
