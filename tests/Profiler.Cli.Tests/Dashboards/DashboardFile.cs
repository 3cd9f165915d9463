using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>dashboards/NAME.json, as far as the tests ask.</summary>
internal sealed partial class DashboardFile(string name)
{
    public static readonly string[] Names = ["host", "fleet"];

    private static readonly string Folder = Golden.Beside("../../../dashboards");

    /// <summary>All of it.</summary>
    public JsonElement Json { get; } = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, $"{name}.json"))).RootElement;

    /// <summary>Its panels, rows not included.</summary>
    public IEnumerable<JsonElement> Panels =>
        Json.GetProperty("panels").EnumerateArray().Where(panel => panel.GetProperty("type").GetString() != "row");

    /// <summary>What its panels and annotations ask, and whether they ask for this moment only.</summary>
    public IEnumerable<(string Of, string Expression, bool Instant)> Queries =>
    [
        .. from panel in Panels
           from target in panel.GetProperty("targets").EnumerateArray()
           select (
               $"{panel.GetProperty("id")} {panel.GetProperty("title")}, {target.GetProperty("refId")}",
               target.GetProperty("expr").GetString()!, target.GetProperty("instant").GetBoolean()),
        .. from annotation in Json.GetProperty("annotations").GetProperty("list").EnumerateArray()
           select ($"{annotation.GetProperty("name")}", annotation.GetProperty("target").GetProperty("expr").GetString()!, false),
    ];

    /// <summary>Its variables that ask for a label's values, in order: a later one may name an earlier one.</summary>
    public IEnumerable<(string Name, string Selector, string Label)> Variables =>
        from variable in Json.GetProperty("templating").GetProperty("list").EnumerateArray()
        where variable.GetProperty("type").GetString() == "query"
        let query = LabelValues().Match(variable.GetProperty("query").GetProperty("query").GetString()!)
        select (variable.GetProperty("name").GetString()!, query.Groups[1].Value, query.Groups[2].Value);

    /// <summary>Its panel of that title; there is one.</summary>
    public JsonElement Panel(string title) => Panels.Single(panel => panel.GetProperty("title").GetString() == title);

    /// <summary>The values of the variables where nothing is chosen.</summary>
    /// <param name="scrape">The interval between two scrapes.</param>
    public static Dictionary<string, string> Everything(string scrape) => new()
    {
        ["job"] = ".*",
        ["cluster"] = ".*",
        ["instance"] = ".*",
        ["vm"] = ".*",
        ["scrape"] = scrape,
    };

    /// <summary>An expression as Grafana sends it.</summary>
    /// <param name="expression">As it is in the file.</param>
    /// <param name="values">Of the variables.</param>
    /// <param name="range">The time shown, of one unit: 15m, 24h, 7d.</param>
    public static string Substitute(string expression, IReadOnlyDictionary<string, string> values, string range = "5m") =>
        Variable().Replace(expression, match => match.Groups[1].Value switch
        {
            "__rate_interval" => "5m",
            "__range" => range,
            "__range_s" => $"{Seconds(range)}",
            var variable => values[variable],
        });

    /// <summary>The seconds of a time of one unit: 15m, 24h, 7d.</summary>
    public static int Seconds(string range) =>
        int.Parse(range[..^1], CultureInfo.InvariantCulture) * range[^1] switch { 'm' => 60, 'h' => 3600, _ => 86_400 };

    [GeneratedRegex(@"^label_values\((.+), (\w+)\)$")]
    private static partial Regex LabelValues();

    [GeneratedRegex(@"\$(\w+)")]
    private static partial Regex Variable();
}
