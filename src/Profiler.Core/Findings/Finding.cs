using System.Collections.Immutable;
using Profiler.Core.Names;

namespace Profiler.Core.Findings;

/// <summary>How much a finding matters.</summary>
public enum Severity
{
    /// <summary>Good to know.</summary>
    Info,

    /// <summary>Avoidable time was lost, or something is wrong.</summary>
    Warning,
}

/// <summary>One reason why a shutdown or an open took as long as it did: data first, then words.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Text">What was seen: one or more sentences, without the last full stop.</param>
/// <param name="Remedy">What would help; null if nothing needs to be done.</param>
public sealed record Finding(FindingKind Kind, string Text, string? Remedy)
{
    /// <summary>Its stable name: serial_exit, lock_held_across_release, …</summary>
    public string Id => Kind.Id;

    /// <summary>How much it matters.</summary>
    public Severity Severity { get; init; } = Kind.Severity;

    /// <summary>Wall time that it cost or that is at stake, nanoseconds; 0 if it is not about time.</summary>
    public long CostNs { get; init; }

    /// <summary>The same in seconds.</summary>
    public double Seconds => CostNs / 1e9;

    /// <summary>All devices it is about, by address.</summary>
    public ImmutableArray<string> Devices { get; init; } = [];

    /// <summary>Addresses of the locks it is about.</summary>
    public ImmutableArray<ulong> Locks { get; init; } = [];

    /// <summary>The numbers of the text, by name; durations end in _ns.</summary>
    public ImmutableSortedDictionary<string, long> Numbers { get; init; } = ImmutableSortedDictionary<string, long>.Empty;

    /// <summary>The most costly first; among equals the warnings, then in the given order.</summary>
    public static ImmutableArray<Finding> ByCost(IEnumerable<Finding> findings) =>
        [.. findings.OrderByDescending(f => f.CostNs).ThenByDescending(f => f.Severity)];

    /// <summary>Numbers by name, without the unknown ones.</summary>
    internal static ImmutableSortedDictionary<string, long> Known(params ReadOnlySpan<(string Name, long? Value)> numbers)
    {
        var known = ImmutableSortedDictionary.CreateBuilder<string, long>(StringComparer.Ordinal);
        foreach ((string name, long? value) in numbers)
        {
            if (value is { } number)
                known[name] = number;
        }
        return known.ToImmutable();
    }
}
