using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>What makes a dashboard one: Grafana's types, and what these cannot tell.</summary>
public sealed class DashboardFileTests
{
    public static TheoryData<string> Dashboards => [.. DashboardFile.Names];

    [Fact]
    public void Grafana_s_types_allow_them() => Assert.Equal((0, ""), Check());

    [Theory]
    [InlineData("\"drawStyle\": \"line\"", "\"drawStyle\": \"lines\"", "Type '\"lines\"' is not assignable")]
    [InlineData("\"lineWidth\"", "\"lineWith\"", "'\"lineWith\"' does not exist in type")]
    [InlineData("\"schemaVersion\": 42", "\"schemaVersion\": 41", "schemaVersion is 41; Grafana's is 42")]
    public void What_they_do_not_allow_is_told(string right, string wrong, string expected)
    {
        string text = File.ReadAllText(Path.Combine(Golden.Repository, "dashboards/host.json"));
        Assert.Contains(right, text, StringComparison.Ordinal);
        using var broken = new TemporaryFile(System.Text.Encoding.UTF8.GetBytes(text.Replace(right, wrong, StringComparison.Ordinal)));
        (int code, string output) = Check(broken.Path);
        Assert.NotEqual(0, code);
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void Its_uid_is_fixed(string name) =>
        Assert.Equal($"vfioscope-{name}", new DashboardFile(name).Json.GetProperty("uid").GetString());

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void Every_panel_says_what_it_shows(string name) =>
        Assert.All(new DashboardFile(name).Panels, panel => Assert.NotEmpty(panel.GetProperty("description").GetString()!));

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void Titles_are_different(string name)
    {
        string[] titles = [.. new DashboardFile(name).Panels.Select(panel => panel.GetProperty("title").GetString()!)];
        Assert.Equal(titles.Distinct(), titles);
    }

    /// <summary>A table's column of numbers has its unit, or words for its values; a heatmap's unit is its axis'.</summary>
    [Theory]
    [MemberData(nameof(Dashboards))]
    public void Every_number_has_a_unit(string name) => Assert.All(new DashboardFile(name).Panels, panel =>
    {
        JsonElement config = panel.GetProperty("fieldConfig");
        switch (panel.GetProperty("type").GetString())
        {
            case "table":
                Assert.All(NumberColumns(panel), column => Assert.Contains(config.GetProperty("overrides").EnumerateArray(), o =>
                    o.GetProperty("matcher").GetProperty("options").GetString() == column
                    && o.GetProperty("properties").EnumerateArray().Any(p => p.GetProperty("id").GetString() is "unit" or "mappings")));
                break;
            case "heatmap":
                Assert.NotEmpty(panel.GetProperty("options").GetProperty("yAxis").GetProperty("unit").GetString()!);
                break;
            default:
                Assert.NotEmpty(config.GetProperty("defaults").GetProperty("unit").GetString()!);
                break;
        }
    });

    /// <summary>What is red is worth getting up for; the tile of alerts is so for critical ones only.</summary>
    [Theory]
    [MemberData(nameof(Dashboards))]
    public void The_alerts_tile_is_red_by_critical_alerts_only(string name)
    {
        JsonElement tile = new DashboardFile(name).Panel("Alerts");
        JsonElement config = tile.GetProperty("fieldConfig");
        Dictionary<string, string> colors = config.GetProperty("overrides").EnumerateArray()
            .ToDictionary(o => o.GetProperty("matcher").GetProperty("options").GetString()!, o => o.GetRawText());
        foreach (JsonElement target in tile.GetProperty("targets").EnumerateArray())
        {
            string severity = target.GetProperty("legendFormat").GetString()!;
            Assert.Contains($"severity=\"{severity}\"", target.GetProperty("expr").GetString()!, StringComparison.Ordinal);
            string color = colors.GetValueOrDefault(severity, config.GetProperty("defaults").GetRawText());
            Assert.Equal(severity == "critical", color.Contains("\"red\"", StringComparison.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void Panels_have_numbers_of_their_own_and_do_not_overlap(string name)
    {
        JsonElement[] panels = [.. new DashboardFile(name).Json.GetProperty("panels").EnumerateArray()];
        Assert.Equal(panels.Length, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        IEnumerable<(int, int)> cells = panels.Select(panel => panel.GetProperty("gridPos")).SelectMany(p =>
            from x in Enumerable.Range(p.GetProperty("x").GetInt32(), p.GetProperty("w").GetInt32())
            from y in Enumerable.Range(p.GetProperty("y").GetInt32(), p.GetProperty("h").GetInt32())
            select (x, y));
        Assert.All(cells.GroupBy(cell => cell), cell => Assert.Single(cell));
        Assert.All(cells, cell => Assert.InRange(cell.Item1, 0, 23));
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void Each_query_keeps_to_the_chosen_clusters(string name) =>
        Assert.All(new DashboardFile(name).Queries, q => Assert.All(
            PromQl.Selectors(q.Expression).Where(selector => !RuleFiles.Settings.Contains(selector)), selector => Assert.Contains("cluster=~\"$cluster\"", selector, StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void Links_lead_to_dashboards_there_are(string name)
    {
        MatchCollection links = Regex.Matches(new DashboardFile(name).Json.GetRawText(), "\"/d/([^/?\"]+)");
        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.Contains(link.Groups[1].Value, DashboardFile.Names.Select(n => $"vfioscope-{n}")));
    }

    // As they are called after the last transformation.
    private static IEnumerable<string> NumberColumns(JsonElement table)
    {
        JsonElement organize = table.GetProperty("transformations")[1].GetProperty("options");
        JsonElement renamed = organize.GetProperty("renameByName");
        return organize.GetProperty("indexByName").EnumerateObject().Select(column => column.Name)
            .Where(column => column.StartsWith("Value", StringComparison.Ordinal))
            .Select(column => renamed.TryGetProperty(column, out JsonElement name) ? name.GetString()! : column);
    }

    private static (int Code, string Output) Check(params string[] files)
    {
        using Process check = Process.Start(new ProcessStartInfo(Path.Combine(Golden.Repository, "dashboards/schema/check"), files)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        string output = check.StandardOutput.ReadToEnd() + check.StandardError.ReadToEnd();
        check.WaitForExit();
        return (check.ExitCode, output);
    }
}
