using System.Collections.Immutable;

namespace Profiler.Core.Findings;

/// <summary>How findings put numbers and lists.</summary>
internal static class Words
{
    private const int Listed = 4;

    public static string Seconds(long ns) => $"{ns / 1e9:0.00} s";

    public static string Count(long count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    /// <summary>"a, b, c, d and 12 more": for people; the finding's data has them all.</summary>
    public static string List(IEnumerable<string> items)
    {
        string[] all = [.. items.Distinct()];
        return string.Join(", ", all.Take(all.Length == Listed + 1 ? all.Length : Listed)) +
            (all.Length > Listed + 1 ? $" and {all.Length - Listed} more" : "");
    }

    /// <summary>Numbers by name; without those that are not known.</summary>
    public static ImmutableSortedDictionary<string, long> Numbers(params ReadOnlySpan<(string Name, long? Value)> numbers)
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
