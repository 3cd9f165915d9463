using static Profiler.Cli.Tests.Support.PrometheusServer;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>
/// Dashboards and rules answer however Prometheus stores histograms. Each of the ten hosts has had two shutdowns, of 2.45 s
/// and 3.1 s, and two lock waits, of 1 s and 2 s.
/// </summary>
public abstract class HistogramModeTests(HistogramMode mode)
{
    private static readonly Dictionary<string, string> All = DashboardFile.Everything("1s");

    [Fact]
    public async Task Prometheus_stores_what_the_mode_says()
    {
        Assert.Equal(mode.Classic, (await mode.Prometheus.Query("vfio_shutdown_duration_seconds_bucket")).Length > 0);
        Assert.Equal(mode.Native, (await mode.Prometheus.Query("histogram_count(vfio_shutdown_duration_seconds)")).Length > 0);
    }

    [Theory]
    [InlineData("host", 12)]
    [InlineData("fleet", 4)]
    public async Task Every_query_about_a_histogram_has_data(string dashboard, int atLeast)
    {
        int asked = 0;
        foreach ((string of, string expression, bool instant) in new DashboardFile(dashboard).Queries)
        {
            if (!expression.Contains("histogram_", StringComparison.Ordinal))
                continue;
            asked++;
            string query = DashboardFile.Substitute(expression, All);
            Sample[] samples = await (instant ? mode.Prometheus.Query(query) : mode.Prometheus.QueryRange(query));
            Assert.True(samples.Any(sample => sample.Value is not null), of);
        }
        Assert.InRange(asked, atLeast, int.MaxValue);
    }

    [Theory]
    [InlineData("host")]
    [InlineData("fleet")]
    public async Task Shutdowns_are_counted(string dashboard) =>
        Assert.Equal(2 * HistogramMode.Hosts, Assert.Single(await Ask(dashboard, "Shutdowns")).Value);

    [Fact]
    public async Task Percentiles_are_those_of_the_shutdowns()
    {
        Assert.InRange(Assert.Single(await Ask("host", "Shutdown percentiles", 0)).Value!.Value, 2, 3.2);
        Assert.InRange(Assert.Single(await Ask("host", "Shutdown percentiles", 1)).Value!.Value, 2.5, 5);
    }

    [Theory]
    [InlineData("host", "Shutdowns by duration")]
    [InlineData("host", "Lock waits")]
    [InlineData("host", "Resets")]
    [InlineData("fleet", "Shutdowns of the clusters by duration")]
    public async Task A_heatmap_is_of_one_kind_of_buckets(string dashboard, string panel)
    {
        string expression = new DashboardFile(dashboard).Panel(panel).GetProperty("targets")[0].GetProperty("expr").GetString()!;
        Sample[] buckets = await mode.Prometheus.QueryRange(DashboardFile.Substitute(expression, All));
        if (mode.Classic)
            Assert.All(buckets, bucket => Assert.Equal((false, "le"), (bucket.Native, bucket.Labels.Keys.Single())));
        else
            Assert.True(Assert.Single(buckets).Native);
        Assert.NotEmpty(buckets);
    }

    [Fact]
    public async Task All_rules_are_well_and_recorded_counts_are_whole_numbers()
    {
        Assert.All(await mode.Prometheus.Rules(), rule => Assert.True(rule.Health == "ok", $"{rule.Name} is {rule.Health}"));
        Sample[] hosts = await mode.Prometheus.Query("instance:vfio_shutdowns:increase_1h");
        Assert.Equal(Enumerable.Repeat(2.0, HistogramMode.Hosts), hosts.Select(host => host.Value!.Value));
    }

    [Theory]
    [InlineData("cluster_le:vfio_shutdown_duration_seconds_bucket:increase_1h", false)]
    [InlineData("instance:vfio_shutdowns:count", true)]
    public async Task What_is_recorded_of_a_kind_of_histogram_is_there_where_that_is_stored(string name, bool native) =>
        Assert.Equal(native ? mode.Native : mode.Classic, (await mode.Prometheus.Query(name)).Length > 0);

    /// <summary>The alert's own expression, with a wait counting from half a second on.</summary>
    [Fact]
    public async Task Long_lock_waits_are_counted_for_the_convoy()
    {
        string alert = RuleFiles.All.Single(rule => rule.Name == "VfioLockConvoy").Expression
            .Replace("2.5", "0.5", StringComparison.Ordinal).Replace("scalar(vfioscope:convoy:waits)", "1", StringComparison.Ordinal);
        Assert.Equal(
            Enumerable.Repeat(2.0, HistogramMode.Hosts), (await mode.Prometheus.Query(alert)).Select(host => host.Value!.Value));
    }

    private Task<Sample[]> Ask(string dashboard, string panel, int target = 0)
    {
        string expression = new DashboardFile(dashboard).Panel(panel).GetProperty("targets")[target].GetProperty("expr").GetString()!;
        return mode.Prometheus.Query(DashboardFile.Substitute(expression, All));
    }
}

public sealed class NativeOnPrometheus2Tests(NativeOnPrometheus2 mode) : HistogramModeTests(mode), IClassFixture<NativeOnPrometheus2>;

public sealed class ClassicOnPrometheus3Tests(ClassicOnPrometheus3 mode) : HistogramModeTests(mode), IClassFixture<ClassicOnPrometheus3>;

public sealed class NativeOnPrometheus3Tests(NativeOnPrometheus3 mode) : HistogramModeTests(mode), IClassFixture<NativeOnPrometheus3>;

public sealed class BothOnPrometheus3Tests(BothOnPrometheus3 mode) : HistogramModeTests(mode), IClassFixture<BothOnPrometheus3>;
