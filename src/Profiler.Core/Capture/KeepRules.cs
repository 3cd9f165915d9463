using Profiler.Core.Findings;

namespace Profiler.Core.Capture;

/// <summary>When the flight recorder keeps a recording, and of which time.</summary>
/// <param name="Slow">A shutdown or start that took longer is kept.</param>
public sealed record KeepRules(TimeSpan Slow)
{
    /// <summary>A shutdown or start with a finding of this severity, or a higher one, is kept; null: findings do not matter.</summary>
    public Severity? Finding { get; init; }

    /// <summary>How long events are remembered, at least, and how long before the begin of what is still in progress.</summary>
    public TimeSpan Before { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Maximum size of the compressed events in memory, bytes: the oldest are evicted, also within <see cref="Before"/>.</summary>
    public long MemoryBytes { get; init; } = 16 << 20;

    /// <summary>What happens for so long after the end is kept as well.</summary>
    public static readonly TimeSpan After = TimeSpan.FromSeconds(2);

    /// <summary>What is in progress is kept as well when it is over <see cref="Slow"/> by more: most of what is only slow has ended by then.</summary>
    public static readonly TimeSpan Hanging = TimeSpan.FromSeconds(30);

    /// <summary>Minimum distance of two recordings: of what ends together there is one.</summary>
    public static readonly TimeSpan Distance = TimeSpan.FromSeconds(10);
}
