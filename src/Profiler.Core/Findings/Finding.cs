using System.Collections.Immutable;

namespace Profiler.Core.Findings;

/// <summary>How much a finding matters.</summary>
public enum Severity
{
    /// <summary>Good to know.</summary>
    Info,

    /// <summary>Time was lost here that need not be, or something is not as it should be.</summary>
    Warning,
}

/// <summary>One reason why things took the time they took: data first, then words.</summary>
/// <param name="Id">A stable name: serial_exit, lock_held_across_release, …; docs/report.schema.json lists them.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Text">What was seen.</param>
/// <param name="Remedy">What would help; null if nothing needs to be done.</param>
public sealed record Finding(string Id, Severity Severity, string Text, string? Remedy)
{
    /// <summary>Nanoseconds of wall time that it cost, or that are at stake; 0 if it is not about time.</summary>
    public long CostNs { get; init; }

    /// <summary>The same in seconds.</summary>
    public double Seconds => CostNs / 1e9;

    /// <summary>All devices it is about, by address.</summary>
    public ImmutableArray<string> Devices { get; init; } = [];

    /// <summary>The addresses of the locks it is about.</summary>
    public ImmutableArray<ulong> Locks { get; init; } = [];

    /// <summary>The numbers in the text, by name; durations end in _ns.</summary>
    public ImmutableSortedDictionary<string, long> Numbers { get; init; } = ImmutableSortedDictionary<string, long>.Empty;

    /// <summary>The costliest first; of equals the warnings, then as they came.</summary>
    public static ImmutableArray<Finding> ByCost(IEnumerable<Finding> findings) =>
        [.. findings.OrderByDescending(f => f.CostNs).ThenByDescending(f => f.Severity)];
}
