using Profiler.Tests.Support;
using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>What makes a dashboard one: Grafana's types, and what these cannot tell.</summary>
public sealed class DashboardFileTests
{
    private static readonly string Repository = Path.GetFullPath(Golden.Beside("../../.."));

    public static TheoryData<string> Dashboards => [.. DashboardFile.Names];

    [Fact]
    public void Grafana_s_types_allow_them() => Assert.Equal((0, ""), Check());

    [Theory]
    [InlineData("\"drawStyle\": \"line\"", "\"drawStyle\": \"lines\"", "Type '\"lines\"' is not assignable")]
    [InlineData("\"lineWidth\"", "\"lineWith\"", "'\"lineWith\"' does not exist in type")]
    [InlineData("\"schemaVersion\": 42", "\"schemaVersion\": 41", "schemaVersion is 41; Grafana's is 42")]
    public void What_they_do_not_allow_is_told(string right, string wrong, string expected)
    {
        string text = File.ReadAllText(Path.Combine(Repository, "dashboards/host.json"));
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
            PromQl.Selectors(q.Expression), selector => Assert.Contains("cluster=~\"$cluster\"", selector, StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void Links_lead_to_dashboards_there_are(string name)
    {
        MatchCollection links = Regex.Matches(new DashboardFile(name).Json.GetRawText(), "\"/d/([^/?\"]+)");
        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.Contains(link.Groups[1].Value, DashboardFile.Names.Select(n => $"vfioscope-{n}")));
    }

    private static (int Code, string Output) Check(params string[] files)
    {
        using Process check = Process.Start(new ProcessStartInfo(Path.Combine(Repository, "dashboards/schema/check"), files)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        string output = check.StandardOutput.ReadToEnd() + check.StandardError.ReadToEnd();
        check.WaitForExit();
        return (check.ExitCode, output);
    }
}
