namespace Profiler.Cli.Usage;

/// <summary>Finds the name that was meant.</summary>
internal static class Suggestion
{
    /// <summary>The nearest of the names; null if none is near.</summary>
    public static string? For(string typed, IEnumerable<string> names)
    {
        string[] all = [.. names];
        if (typed.Length > 2 && all.Where(name => name.StartsWith(typed, StringComparison.Ordinal)).ToArray() is [var only])
            return only;
        int limit = Math.Clamp(typed.TrimStart('-').Length / 3, 1, 2);
        return all.Select(name => (Name: name, Distance: Distance(typed, name)))
            .Where(candidate => candidate.Distance <= limit)
            .OrderBy(candidate => candidate.Distance)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();
    }

    /// <summary>How many letters to add, remove, change or exchange with their neighbour (optimal string alignment).</summary>
    internal static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }
                int change = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }
        return d[a.Length, b.Length];
    }
}
