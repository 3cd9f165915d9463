using System.Text.Json;
using System.Text.RegularExpressions;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>From an alert to its dashboard and its runbook, and from the dashboard to the runbook. docs/alerts.md is the runbooks.</summary>
public sealed class LinkTests
{
    private static readonly string Runbooks = File.ReadAllText(Golden.Beside("../../../docs/alerts.md"));

    public static TheoryData<string> Alerts => [.. RuleFiles.AlertTexts.Keys];

    public static TheoryData<string> Dashboards => [.. DashboardFile.Names];

    [Fact]
    public void Every_alert_has_a_runbook_and_every_runbook_an_alert() =>
        Assert.Equal(RuleFiles.AlertTexts.Keys, Headings("##").Where(heading => heading.StartsWith("Vfio", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Alerts))]
    public void A_runbook_says_what_it_means_how_to_look_and_what_to_do(string alert)
    {
        string runbook = Runbooks.Split($"## {alert}\n")[1].Split("\n## ")[0];
        Assert.Equal(
            ["What it means", "How to look", "What to do"],
            Regex.Matches(runbook, @"^\*\*(.+?)\.\*\* \S", RegexOptions.Multiline).Select(part => part.Groups[1].Value));
        Assert.Contains("\n```sh\n", runbook, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Alerts))]
    public void An_alert_says_what_it_is_and_leads_to_its_runbook(string alert)
    {
        string text = RuleFiles.AlertTexts[alert];
        // The anchor that a heading has on the usual forges.
        string anchor = alert.ToLowerInvariant();
        Assert.All(
            (string[])["summary", "description", "runbook_url", "dashboard_url"],
            annotation => Assert.Matches($@"\n          {annotation}: \S", text));
        Assert.EndsWith($"#{anchor}", Annotation(text, "runbook_url"), StringComparison.Ordinal);
        // For the dashboards, which see labels only.
        Assert.Matches($@"\n        labels: {{severity: (critical|warning|info), runbook: {anchor}}}\n", text);
    }

    [Theory]
    [MemberData(nameof(Alerts))]
    public void An_alert_leads_to_a_dashboard_there_is_and_chooses_among_its_variables(string alert)
    {
        Match link = Regex.Match(Annotation(RuleFiles.AlertTexts[alert], "dashboard_url"), @"/d/vfioscope-(\w+)(?:\?(.*))?$");
        Assert.Contains(link.Groups[1].Value, DashboardFile.Names);
        IEnumerable<string> variables = new DashboardFile(link.Groups[1].Value).Variables.Select(v => $"var-{v.Name}");
        IEnumerable<string> chosen = Regex.Matches(link.Groups[2].Value, @"(?:^|&)(var-\w+)=\{\{ urlquery \$labels\.(\w+) \}\}").Select(m =>
        {
            Assert.Equal(m.Groups[1].Value, $"var-{m.Groups[2].Value}");
            return m.Groups[1].Value;
        });
        Assert.Subset(variables.ToHashSet(), chosen.ToHashSet());
        Assert.Equal(link.Groups[1].Value == "host", chosen.Contains("var-instance"));
    }

    [Fact]
    public void No_address_of_anybody_is_in_the_rules() =>
        Assert.DoesNotContain("://", string.Concat(RuleFiles.AlertTexts.Values), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void A_dashboard_leads_to_the_runbooks(string name)
    {
        JsonElement dashboard = new DashboardFile(name).Json;
        Assert.Contains(
            dashboard.GetProperty("links").EnumerateArray(), link => link.GetProperty("url").GetString() == "${runbooks}");
        Assert.Contains(
            new DashboardFile(name).Variables, v => v == ("runbooks", "vfioscope:links:info", "runbooks"));
    }

    [Fact]
    public void A_row_of_the_host_s_alerts_leads_to_its_runbook()
    {
        JsonElement table = new DashboardFile("host").Panel("Alerts in the time shown");
        Assert.Contains(", runbook)", table.GetProperty("targets")[0].GetProperty("expr").GetString()!, StringComparison.Ordinal);
        Assert.Contains("\"${runbooks}#${__data.fields.runbook}\"", table.GetProperty("fieldConfig").GetRawText(), StringComparison.Ordinal);
    }

    /// <summary>The job and the limits are named in settings.yml only.</summary>
    [Fact]
    public void Rules_and_dashboards_name_no_job()
    {
        Assert.DoesNotContain("job=", string.Concat(RuleFiles.AlertTexts.Values), StringComparison.Ordinal);
        Assert.Equal(
            ["vfioscope:targets:up"],
            RuleFiles.All.Where(rule => rule.Expression.Contains("job=", StringComparison.Ordinal)).Select(rule => rule.Name));
        Assert.All(DashboardFile.Names, name =>
            Assert.DoesNotContain("job=\\\"", new DashboardFile(name).Json.GetRawText(), StringComparison.Ordinal));
    }

    private static IEnumerable<string> Headings(string level) =>
        Regex.Matches(Runbooks, $"^{level} (.+)$", RegexOptions.Multiline).Select(m => m.Groups[1].Value);

    private static string Annotation(string alert, string name) =>
        Regex.Match(alert, $@"\n          {name}: (?:>-\n\s+)?'?(.*?)'?\n").Groups[1].Value;
}
