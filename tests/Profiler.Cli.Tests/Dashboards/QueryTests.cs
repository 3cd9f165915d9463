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
        await AllHaveData(file, file.Variables.ToDictionary(v => v.Name, _ => ".*"));
    }

    [Theory]
    [InlineData("host")]
    [InlineData("fleet")]
    public async Task Every_query_has_data_for_the_first_choice_of_each_variable(string dashboard)
    {
        var file = new DashboardFile(dashboard);
        var chosen = new Dictionary<string, string>();
        foreach ((string name, string selector, string label) in file.Variables)
        {
            string[] values = await fleet.Prometheus.LabelValues(DashboardFile.Substitute(selector, chosen), label);
            Assert.True(values.Length > 0, $"there is nothing to choose for {name}");
            chosen[name] = values[0];
        }
        Assert.Equal("north", chosen["cluster"]);
        Assert.Equal("host-01", chosen["instance"]);
        await AllHaveData(file, chosen);
    }

    [Fact]
    public void No_metric_is_named_that_nobody_has()
    {
        IEnumerable<string> expressions = DashboardFile.Names.Select(name => new DashboardFile(name))
            .SelectMany(file => file.Queries.Select(q => q.Expression).Concat(file.Variables.Select(v => v.Selector)))
            .Concat(RuleFiles.All.Select(rule => rule.Expression));
        HashSet<string> known =
            [.. PromQl.Exposed(fleet.Exposition.After), .. RuleFiles.All.Where(r => !r.Alerting).Select(r => r.Name), "up"];
        Assert.Subset(known, expressions.SelectMany(PromQl.Metrics).ToHashSet());
    }

    private async Task AllHaveData(DashboardFile file, Dictionary<string, string> variables)
    {
        Assert.NotEmpty(file.Queries);
        var without = new List<string>();
        foreach ((string of, string expression, bool instant) in file.Queries)
        {
            string query = DashboardFile.Substitute(expression, variables);
            Sample[] samples = await (instant ? fleet.Prometheus.Query(query) : fleet.Prometheus.QueryRange(query));
            if (samples.All(sample => sample.Value is null))
                without.Add($"{of}: {query}");
        }
        Assert.True(without.Count == 0, $"without data:\n{string.Join('\n', without)}");
    }
}
