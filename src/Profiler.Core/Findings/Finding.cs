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

/// <summary>One reason why a shutdown or an open took as long as it did: data first, then words, made when they are read.</summary>
/// <param name="kind">What it says.</param>
/// <param name="details">Makes the words.</param>
public sealed class Finding(FindingKind kind, Func<FindingDetails> details)
{
    private FindingDetails? _details;

    /// <summary>What it says.</summary>
    public FindingKind Kind => kind;

    /// <summary>Its stable name: serial_exit, lock_held_across_release, …</summary>
    public string Id => kind.Id;

    /// <summary>How much it matters.</summary>
    public Severity Severity { get; init; } = kind.Severity;

    /// <summary>Wall time that it cost or that is at stake, nanoseconds; 0 if it is not about time.</summary>
    public long CostNs { get; init; }

    /// <summary>The same in seconds.</summary>
    public double Seconds => CostNs / 1e9;

    /// <inheritdoc cref="FindingDetails.Text"/>
    public string Text => Details.Text;

    /// <inheritdoc cref="FindingDetails.Remedy"/>
    public string? Remedy => Details.Remedy;

    /// <inheritdoc cref="FindingDetails.Devices"/>
    public ImmutableArray<string> Devices => Details.Devices;

    /// <inheritdoc cref="FindingDetails.Locks"/>
    public ImmutableArray<ulong> Locks => Details.Locks;

    /// <inheritdoc cref="FindingDetails.Numbers"/>
    public ImmutableSortedDictionary<string, long> Numbers => Details.Numbers;

    private FindingDetails Details => _details ??= details();

    /// <summary>The most costly first; among equals the warnings, then in the given order.</summary>
    public static ImmutableArray<Finding> ByCost(IEnumerable<Finding> findings)
    {
        Finding[] sorted = [.. findings];
        SortByCost(sorted);
        return [.. sorted];
    }

    /// <inheritdoc cref="ByCost"/>
    internal static void SortByCost(Span<Finding> findings)
    {
        StableSort.By(findings, static f => -(long)f.Severity);
        StableSort.By(findings, static f => -f.CostNs);
    }

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

/// <summary>What a finding says.</summary>
/// <param name="Text">What was seen: one or more sentences, without the last full stop.</param>
/// <param name="Remedy">What would help; null if nothing needs to be done.</param>
public sealed record FindingDetails(string Text, string? Remedy)
{
    /// <summary>All devices it is about, by address.</summary>
    public ImmutableArray<string> Devices { get; init; } = [];

    /// <summary>Addresses of the locks it is about.</summary>
    public ImmutableArray<ulong> Locks { get; init; } = [];

    /// <summary>The numbers of the text, by name; durations end in _ns.</summary>
    public ImmutableSortedDictionary<string, long> Numbers { get; init; } = ImmutableSortedDictionary<string, long>.Empty;
}
