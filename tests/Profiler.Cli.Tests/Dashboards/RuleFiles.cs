using System.Text.RegularExpressions;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>dashboards/rules/*.yml, read line by line: promtool has seen that they are what they should be.</summary>
internal static partial class RuleFiles
{
    private static readonly string Folder = Golden.Beside("../../../dashboards/rules");

    /// <summary>All rules.</summary>
    public static IReadOnlyList<(string Name, bool Alerting, string Expression)> All { get; } =
    [
        .. from file in Directory.EnumerateFiles(Folder, "*.yml")
           from rule in Rule().Matches(File.ReadAllText(file))
           select (rule.Groups[2].Value, rule.Groups[1].Value == "alert", rule.Groups[3].Value),
    ];

    /// <summary>The limits and links that settings.yml records; they are of no cluster.</summary>
    public static IReadOnlyList<string> Settings { get; } =
        [.. All.Where(rule => rule.Expression.TrimStart().StartsWith("vector(", StringComparison.Ordinal)).Select(rule => rule.Name)];

    /// <summary>The text of each alert: its rule.</summary>
    public static IReadOnlyDictionary<string, string> AlertTexts { get; } = File.ReadAllText(Path.Combine(Folder, "alerts.yml"))
        .Split("- alert: ").Skip(1).ToDictionary(text => text.Split('\n')[0], text => text);

    /// <summary>promtool's test cases, all files.</summary>
    public static string Tests { get; } = string.Concat(
        Directory.EnumerateFiles(Path.Combine(Folder, "tests"), "*.yml").Select(File.ReadAllText));

    // The expression goes on until the next key of the rule, or the end.
    [GeneratedRegex(@"- (alert|record): (\S+)\n(?:\s*#.*\n)*\s+expr: (?:>-)?((?:.*\n?)*?)(?=\s+(?:for:|labels:|annotations:|- (?:alert|record|name):|#)|\z)")]
    private static partial Regex Rule();
}
