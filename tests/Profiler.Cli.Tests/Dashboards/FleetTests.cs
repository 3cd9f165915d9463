using static Profiler.Cli.Tests.Support.PrometheusServer;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>The fleet dashboard over fifty hosts, of which host N takes N halves of the recorded seconds.</summary>
[Collection(WatchedFleetTests.Name)]
public sealed class FleetTests(WatchedFleet fleet)
{
    private static readonly DashboardFile File = new("fleet");

    [Theory]
    [InlineData("Hosts", 50)]
    [InlineData("Not answering", 0)]
    [InlineData("Shutdowns", 100)]
    [InlineData("VMs past libvirt's limit", 31)]
    [InlineData("Incomplete hosts", 1)]
    [InlineData("Under way", 0)]
    public async Task Figures(string panel, double expected) => Assert.Equal(expected, Assert.Single(await Ask(panel)).Value);

    /// <summary>
    /// Critical are the VMs past libvirt's limit, and on each host the device whose reset timed out; a device that is still
    /// held is a warning on each.
    /// </summary>
    [Fact]
    public async Task The_red_tile_counts_what_is_critical()
    {
        Assert.Equal(31 + WatchedFleet.Hosts, Assert.Single(await Ask("Alerts", 0)).Value);
        Assert.InRange(Assert.Single(await Ask("Alerts", 1)).Value!.Value, WatchedFleet.Hosts, 2 * WatchedFleet.Hosts);
    }

    [Fact]
    public async Task The_worst_hosts_come_with_their_clusters()
    {
        Sample[] worst = await Ask("Most seconds per device");
        Assert.Equal(Enumerable.Range(31, 20).Reverse().Select(n => $"host-{n}"), Ordered(worst).Select(s => s.Labels["instance"]));
        Assert.All(worst, s => Assert.Equal("south", s.Labels["cluster"]));
    }

    [Fact]
    public async Task A_cluster_is_only_its_own_hosts()
    {
        Sample[] worst = await Ask("Most seconds per device", cluster: "north");
        Assert.Equal(Enumerable.Range(6, 20).Reverse().Select(n => $"host-{n:00}"), Ordered(worst).Select(s => s.Labels["instance"]));
        Assert.Equal(25, Assert.Single(await Ask("Hosts", cluster: "north")).Value);
    }

    /// <summary>Of host 50 twenty-five times 3.03 s, to the nanosecond; the buckets around it are 60 and 90 s.</summary>
    [Fact]
    public async Task The_longest_shutdowns_are_exact()
    {
        Sample[] longest = await Ask("Longest shutdowns");
        Assert.Equal(20, longest.Length);
        Assert.Equal(("host-50", 75.75), (Ordered(longest).First().Labels["instance"], Ordered(longest).First().Value!.Value));
    }

    [Fact]
    public async Task The_distribution_is_of_all_hosts() => Assert.Equal(WatchedFleet.Hosts, (await Ask("Seconds per device")).Length);

    [Fact]
    public async Task The_worst_host_of_a_model_is_the_fleet_s_worst()
    {
        Sample worstHost = (await Ask("Most seconds per device")).MaxBy(s => s.Value)!;
        Sample[] models = await Ask("Seconds per device by model", target: 1);
        Assert.Equal(worstHost.Value, models.Max(s => s.Value));
    }

    [Fact]
    public async Task The_slowest_shutdowns_have_all_columns()
    {
        for (int column = 0; column < 4; column++)
        {
            Sample[] rows = await Ask("Slowest last shutdowns", column);
            Assert.Equal(50, rows.Length);
            Assert.All(rows, row => Assert.Equal(["cluster", "instance", "vm"], row.Labels.Keys.Order()));
        }
    }

    private static IEnumerable<Sample> Ordered(Sample[] samples) => samples.OrderByDescending(s => s.Value);

    private Task<Sample[]> Ask(string panel, int target = 0, string cluster = ".*")
    {
        string expression = File.Panel(panel).GetProperty("targets")[target].GetProperty("expr").GetString()!;
        var variables = new Dictionary<string, string>(DashboardFile.Everything("1s")) { ["cluster"] = cluster };
        return fleet.Prometheus.Query(DashboardFile.Substitute(expression, variables));
    }
}
