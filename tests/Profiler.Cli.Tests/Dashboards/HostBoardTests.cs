using Profiler.Cli.Tests.Support;
using Profiler.Tests.Support;
using static Profiler.Cli.Tests.Support.PrometheusServer;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>
/// Hours of one host: a shutdown of 17.2 s half an hour after the start, which the exporter forgets after an hour, and which
/// another exporter has not heard of.
/// </summary>
public sealed class HostForHours : IAsyncLifetime
{
    internal static readonly StagedCapture Nothing = new("");

    private PrometheusServer? _prometheus;

    internal PrometheusServer Prometheus => _prometheus!;

    public async Task InitializeAsync() => _prometheus = await new StagedHost()
        .Says(30, Nothing)
        .Says(60, StagedEvents.Shutdowns(1))
        .Says(90, StagedEvents.Shutdowns(1), longAgo: true)
        .IsDown(10)
        .Says(170, Nothing)
        .Watched();

    public async Task DisposeAsync() => await _prometheus!.DisposeAsync();
}

/// <summary>The host's dashboard over hours. Whatever the time shown, the figures are exact, from what was recorded.</summary>
public sealed class HostBoardTests(HostForHours host) : IClassFixture<HostForHours>
{
    private static readonly DashboardFile File = new("host");

    /// <summary>Just after it; an hour later; while the exporter is down; when another one runs; at the end.</summary>
    public static TheoryData<int, string> Moments => new()
    {
        { 35, "15m" },
        { 100, "2h" },
        { 185, "3h" },
        { 200, "3h" },
        { 359, "24h" },
    };

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task The_last_and_the_longest_shutdown_are_exact(int minute, string range)
    {
        Sample last = Assert.Single(await Ask("Last and longest shutdown", 0, minute, range));
        Assert.Equal((17.2, "gpu-0"), (Math.Round(last.Value!.Value, 9), last.Labels["vm"]));
        await Shows([17.2], "Last and longest shutdown", 1, minute, range);
        // last, longest, devices, libvirt's limit, share of it
        double[] row = [17.2, 17.2, 4, 48, 17.2 / 48];
        for (int column = 0; column < row.Length; column++)
            await Shows([row[column]], "Last shutdowns", column, minute, range);
        await Shows([17.2 / 48], "Share of libvirt's limit", 0, minute, range);
    }

    // 17.2 s, of which each of the four devices takes 4.2 s.
    [Theory]
    [MemberData(nameof(Moments))]
    public async Task Time_limits_leave_room_for_more_devices(int minute, string range)
    {
        int[] devices = [4, 8, 16, 32];
        for (int target = 0; target < devices.Length; target++)
            await Shows([Math.Ceiling(1.5 * (0.4 + devices[target] * 4.2))], "Time limits that leave room", target, minute, range);
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task Its_devices_phases_and_count_are_there(int minute, string range)
    {
        await Shows([4.2, 4.2, 4.2, 4.2], "Devices", 0, minute, range);
        await Shows([4.2, 4.2, 4.2, 4.2], "Devices", 1, minute, range);
        Assert.Equal(17.2, (await Values("Last shutdowns by phase", 0, minute, range)).Sum(), 6);
        await Shows([4.2], "Seconds per device", 0, minute, range);
        await Shows([1], "Shutdowns", 0, minute, range);
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task One_shutdown_has_no_percentiles(int minute, string range)
    {
        Assert.Empty(await Ask("Shutdown percentiles", 0, minute, range));
        Assert.Empty(await Ask("Shutdown percentiles", 1, minute, range));
    }

    [Fact]
    public async Task A_time_without_shutdowns_has_none()
    {
        await Shows([0], "Shutdowns", 0, 359, "1h");
        Assert.Empty(await Ask("Last and longest shutdown", 0, 359, "1h"));
        Assert.Empty(await Ask("Last and longest shutdown", 1, 359, "1h"));
        Assert.Empty(await Ask("Last shutdowns", 0, 359, "1h"));
    }

    /// <summary>Buckets of 15 and 20 s are as near as a percentile comes; the longest beside it is exact.</summary>
    [Theory]
    [InlineData(9, false)]
    [InlineData(10, true)]
    public async Task Percentiles_are_shown_from_ten_shutdowns_on(int shutdowns, bool shown)
    {
        await using PrometheusServer prometheus = await new StagedHost()
            .Says(30, HostForHours.Nothing).Says(30, StagedEvents.Shutdowns(shutdowns)).Watched();
        await Shows([shutdowns], "Shutdowns", 0, 59, "1h", prometheus);
        await Shows([17.2], "Last and longest shutdown", 1, 59, "1h", prometheus);
        foreach (int target in (int[])[0, 1])
        {
            Sample[] percentile = await Ask("Shutdown percentiles", target, 59, "1h", prometheus);
            Assert.Equal(shown ? 1 : 0, percentile.Length);
            Assert.All(percentile, p => Assert.InRange(p.Value!.Value, 15, 20));
        }
    }

    private Task<Sample[]> Ask(string panel, int target, int minute, string range, PrometheusServer? of = null)
    {
        string expression = File.Panel(panel).GetProperty("targets")[target].GetProperty("expr").GetString()!;
        return (of ?? host.Prometheus).Query(
            DashboardFile.Substitute(expression, DashboardFile.Everything("1m"), range), StagedHost.Start.AddMinutes(minute));
    }

    private async Task Shows(double[] expected, string panel, int target, int minute, string range, PrometheusServer? of = null) =>
        Assert.Equal(expected.Select(e => Math.Round(e, 9)), await Values(panel, target, minute, range, of));

    private async Task<double[]> Values(string panel, int target, int minute, string range, PrometheusServer? of = null) =>
        [.. (await Ask(panel, target, minute, range, of)).Select(s => Math.Round(s.Value!.Value, 9))];
}
