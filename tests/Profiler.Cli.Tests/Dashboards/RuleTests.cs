using static Profiler.Cli.Tests.Support.PrometheusServer;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>The rules, loaded by a Prometheus that scrapes the exporter. When they fire is tested by promtool.</summary>
[Collection(WatchedFleetTests.Name)]
public sealed class RuleTests(WatchedFleet fleet)
{
    [Fact]
    public async Task All_rules_are_well()
    {
        Rule[] rules = await fleet.Prometheus.Rules();
        Assert.Equal(RuleFiles.All.Select(r => r.Name).Order(), rules.Select(r => r.Name).Order());
        Assert.All(rules, rule => Assert.True(rule.Health == "ok", $"{rule.Name} is {rule.Health}"));
    }

    /// <summary>Here histograms are classic ones; see HistogramModeTests for the others.</summary>
    [Fact]
    public async Task What_is_recorded_has_data()
    {
        foreach (Rule rule in (await fleet.Prometheus.Rules()).Where(r => !r.Alerting && !fleet.Exposition.IsOfNativeHistogram(r.Query)))
            Assert.True((await fleet.Prometheus.Query(rule.Name)).Length > 0, rule.Name);
    }

    /// <summary>An alert that is not firing has no data; that it could have is seen by its metrics, with their labels.</summary>
    [Fact]
    public async Task What_alerts_look_at_has_data()
    {
        IEnumerable<string> selectors = (await fleet.Prometheus.Rules()).Where(r => r.Alerting).SelectMany(r => PromQl.Selectors(r.Query));
        foreach (string selector in selectors.Distinct().Where(s => !fleet.Exposition.IsOfNativeHistogram(s)))
            Assert.True((await fleet.Prometheus.Query(selector)).Length > 0, selector);
    }

    [Fact]
    public void Every_alert_is_tested_to_fire_and_not_to_fire()
    {
        Assert.All(Alerts, alert =>
        {
            string[] cases = [.. RuleFiles.Tests.Split("- eval_time:").Where(c => c.Contains($"alertname: {alert}\n", StringComparison.Ordinal))];
            Assert.Contains(cases, c => c.Contains("exp_labels:", StringComparison.Ordinal));
            Assert.Contains(cases, c => c.Contains("exp_alerts: []", StringComparison.Ordinal));
        });
    }

    private static IEnumerable<string> Alerts => RuleFiles.All.Where(r => r.Alerting).Select(r => r.Name);
}
