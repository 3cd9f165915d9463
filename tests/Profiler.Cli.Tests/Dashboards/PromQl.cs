using System.Text.RegularExpressions;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>As much of Prometheus' language as tells what an expression is about.</summary>
internal static partial class PromQl
{
    /// <summary>The metrics it names: ours, those of any process, what rules record, and up.</summary>
    public static IEnumerable<string> Metrics(string expression) =>
        Selector().Matches(expression).Select(match => match.Groups[1].Value);

    /// <summary>The metrics with their label matchers.</summary>
    public static IEnumerable<string> Selectors(string expression) => Selector().Matches(expression).Select(match => match.Value);

    /// <summary>The metrics that a text exposition has, a histogram's as its three.</summary>
    public static IEnumerable<string> Exposed(string exposition) =>
        from match in Family().Matches(exposition)
        let name = match.Groups[1].Value
        from metric in match.Groups[2].Value == "histogram" ? [$"{name}_bucket", $"{name}_sum", $"{name}_count"] : new[] { name }
        select metric;

    /// <summary>The histograms of a text exposition, by the name a native one has.</summary>
    public static IEnumerable<string> Histograms(string exposition) =>
        Family().Matches(exposition).Where(match => match.Groups[2].Value == "histogram").Select(match => match.Groups[1].Value);

    [GeneratedRegex("""\b((?:(?:vfio|vfioscope|process)_\w+|up|\w+:\w+:\w+))\b(?!")(\{(?:[^}"]|"[^"]*")*\})?""")]
    private static partial Regex Selector();

    [GeneratedRegex("^# TYPE (\\w+) (\\w+)$", RegexOptions.Multiline)]
    private static partial Regex Family();
}
