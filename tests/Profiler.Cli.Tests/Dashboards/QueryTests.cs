using System.Text.RegularExpressions;
using Profiler.Core.Histograms;
using Profiler.Metrics.Values;
using static Profiler.Cli.Tests.Support.PrometheusServer;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>Every query of every panel, sent to a Prometheus that scrapes the exporter, has an answer.</summary>
[Collection(WatchedFleetTests.Name)]
public sealed class QueryTests(WatchedFleet fleet)
{
    [Theory]
    [InlineData("host")]
    [InlineData("fleet")]
    public async Task Every_query_has_data_for_all_hosts_and_virtual_machines(string dashboard)
    {
        var file = new DashboardFile(dashboard);
        Assert.Empty(await WithoutData(file, DashboardFile.Everything("1s")));
    }

    [Theory]
    [InlineData("host")]
    [InlineData("fleet")]
    public async Task Every_query_has_data_for_the_first_choice_of_each_variable(string dashboard)
    {
        var file = new DashboardFile(dashboard);
        var chosen = new Dictionary<string, string> { ["scrape"] = "1s" };
        foreach ((string name, string selector, string label) in file.Variables)
        {
            string[] values = await fleet.Prometheus.LabelValues(DashboardFile.Substitute(selector, chosen), label);
            Assert.True(values.Length > 0, $"there is nothing to choose for {name}");
            chosen[name] = values[0];
        }
        Assert.Equal("north", chosen["cluster"]);
        Assert.Equal("host-01", chosen["instance"]);
        // One host has had two shutdowns and six releases.
        string[] withoutPercentiles = [.. file.Queries.Where(q => q.Expression.EndsWith(" >= 10", StringComparison.Ordinal)).Select(q => q.Of)];
        Assert.NotEmpty(withoutPercentiles);
        Assert.Equal(dashboard == "host" ? withoutPercentiles : [], await WithoutData(file, chosen));
    }

    [Fact]
    public void No_percentile_is_shown_of_fewer_than_ten_values() => Assert.All(
        DashboardFile.Names.SelectMany(name => new DashboardFile(name).Queries)
            .Where(q => q.Expression.Contains("histogram_quantile", StringComparison.Ordinal)),
        q => Assert.EndsWith($" >= {HistogramSnapshot.MinimumSamples}", q.Expression, StringComparison.Ordinal));

    [Fact]
    public void Only_buckets_that_exist_are_named()
    {
        HashSet<string> bounds = [.. MetricsFormat.BoundsNs.Select(ns => FormattableString.Invariant($"{ns / 1e9}")), "+Inf"];
        IEnumerable<string> named = DashboardFile.Names.SelectMany(name => new DashboardFile(name).Queries).Select(q => q.Expression)
            .Concat(RuleFiles.All.Select(rule => rule.Expression))
            .SelectMany(expression => Regex.Matches(expression, "le=\"([^\"]+)\"").Select(m => m.Groups[1].Value));
        Assert.Subset(bounds, named.ToHashSet());
    }

    [Fact]
    public void No_metric_is_named_that_nobody_has()
    {
        IEnumerable<string> expressions = DashboardFile.Names.Select(name => new DashboardFile(name))
            .SelectMany(file => file.Queries.Select(q => q.Expression).Concat(file.Variables.Select(v => v.Selector)))
            .Concat(RuleFiles.All.Select(rule => rule.Expression));
        HashSet<string> known =
            [.. PromQl.Exposed(fleet.Exposition.After), .. PromQl.Histograms(fleet.Exposition.After), .. RuleFiles.All.Where(r => !r.Alerting).Select(r => r.Name), "up"];
        Assert.Subset(known, expressions.SelectMany(PromQl.Metrics).ToHashSet());
    }

    private async Task<List<string>> WithoutData(DashboardFile file, Dictionary<string, string> variables)
    {
        Assert.NotEmpty(file.Queries);
        var without = new List<string>();
        foreach ((string of, string expression, bool instant) in file.Queries)
        {
            string query = DashboardFile.Substitute(expression, variables);
            Sample[] samples = await (instant ? fleet.Prometheus.Query(query) : fleet.Prometheus.QueryRange(query));
            if (samples.All(sample => sample.Value is null))
                without.Add(of);
        }
        return without;
    }
}
