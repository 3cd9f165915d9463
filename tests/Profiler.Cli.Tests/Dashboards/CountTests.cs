using Profiler.Cli.Tests.Support;
using static Profiler.Cli.Tests.Support.PrometheusServer;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>What is counted is a whole number, and the right one: for any time shown, and whatever happens to the exporter.</summary>
public sealed class CountTests(CountTests.Week week) : IClassFixture<CountTests.Week>
{
    private static readonly (string Name, TimeSpan Length)[] Ranges =
    [
        ("5m", TimeSpan.FromMinutes(5)), ("15m", TimeSpan.FromMinutes(15)), ("1h", TimeSpan.FromHours(1)),
        ("24h", TimeSpan.FromDays(1)), ("7d", TimeSpan.FromDays(7)),
    ];

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string host in StagedCounters.Hosts)
            {
                foreach ((string range, _) in Ranges)
                    cases.Add(host, range);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Of_a_histogram_on_the_host_s_dashboard(string host, string range)
    {
        TimeSpan length = Ranges.Single(r => r.Name == range).Length;
        Assert.Equal(
            StagedCounters.Answers(host, length) ? [StagedCounters.Expected(host, length)] : [],
            (await Ask("host", "Shutdowns", 0, host, range)).Select(sample => sample.Value!.Value));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Of_a_counter_on_the_host_s_dashboard(string host, string range)
    {
        TimeSpan length = Ranges.Single(r => r.Name == range).Length;
        Assert.Equal(StagedCounters.Expected(host, length), Assert.Single(await Ask("host", "Is it complete?", 1, host, range)).Value);
    }

    /// <summary>Without subqueries, as there may be a thousand hosts: only of one that was restarted may it be one of many off.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public async Task On_the_fleet_s_dashboard(string host, string range)
    {
        TimeSpan length = Ranges.Single(r => r.Name == range).Length;
        Sample[] shutdowns = await Ask("fleet", "Shutdowns", 0, host, range);
        Assert.Equal(StagedCounters.Answers(host, length), shutdowns.Length > 0);
        Assert.All(shutdowns, sample =>
        {
            Assert.Equal(Math.Round(sample.Value!.Value), sample.Value);
            Assert.InRange(sample.Value.Value - StagedCounters.Expected(host, length), 0, host == "restarted" ? 1 : 0);
        });
    }

    /// <summary>Why all this: three shutdowns would be 3.05 or so.</summary>
    [Fact]
    public async Task Prometheus_own_increase_is_no_whole_number()
    {
        double increase = Assert.Single(await week.Prometheus.Query(
            "increase(vfio_shutdown_duration_seconds_count{instance=\"steady\"}[5m])", StagedCounters.End)).Value!.Value;
        Assert.NotEqual(Math.Round(increase), increase);
    }

    private Task<Sample[]> Ask(string dashboard, string panel, int target, string host, string range)
    {
        string expression = new DashboardFile(dashboard).Panel(panel).GetProperty("targets")[target].GetProperty("expr").GetString()!;
        var variables = new Dictionary<string, string>(DashboardFile.Everything("15s")) { ["instance"] = host };
        return week.Prometheus.Query(DashboardFile.Substitute(expression, variables, range), StagedCounters.End);
    }

    /// <summary>The staged week; it is asked only.</summary>
    public sealed class Week : IAsyncLifetime
    {
        private PrometheusServer? _prometheus;

        internal PrometheusServer Prometheus => _prometheus!;

        public async Task InitializeAsync() => _prometheus = await StagedCounters.Watched();

        public async Task DisposeAsync() => await _prometheus!.DisposeAsync();
    }
}
