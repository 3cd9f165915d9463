using Profiler.Cli.Tests.Support;
using Profiler.Tests.Support;
using static Profiler.Cli.Tests.Support.PrometheusServer;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>
/// The host's dashboard of a host that is gone: in its last minutes a VM that started in 0.75 s and shut down in 17.2 s, and no sample
/// since. Whatever the time shown, what was recorded is there.
/// </summary>
public sealed class GoneExporterTests(GoneExporterTests.GoneHost host) : IClassFixture<GoneExporterTests.GoneHost>
{
    private static readonly DashboardFile File = new("host");

    // In minutes: when the exporter fell silent, and when it is asked.
    private const int Gone = 35, Soon = 41, NextDay = Gone + 20 * 60, SixDaysLater = Gone + 6 * 24 * 60;

    public static TheoryData<int, string> Times => new() { { Soon, "15m" }, { NextDay, "24h" }, { SixDaysLater, "7d" } };

    [Theory]
    [MemberData(nameof(Times))]
    public async Task What_was_slow_and_why_is_seen_at_a_glance(int minute, string range)
    {
        Sample slowest = Assert.Single(await Ask("Slowest VM", 0, minute, range));
        Assert.Equal(("gpu-0", 17.2), (slowest.Labels["vm"], Math.Round(slowest.Value!.Value, 6)));
        Sample phase = Assert.Single(await Ask("Where most time goes", 0, minute, range));
        Assert.Equal(("release", 16.8), (phase.Labels["phase"], Math.Round(phase.Value!.Value, 6)));
        Assert.Equal(12.6, Assert.Single(await Ask("Costliest finding", 0, minute, range)).Value!.Value, 0.01);
        Assert.Equal(0, Assert.Single(await Ask("Failing devices", 0, minute, range)).Value);
    }

    [Theory]
    [MemberData(nameof(Times))]
    public async Task Last_longest_and_the_tables_are_there(int minute, string range)
    {
        await Shows([1], "Shutdowns", 0, minute, range);
        await Shows([17.2], "Last and longest shutdown", 0, minute, range);
        await Shows([17.2], "Last and longest shutdown", 1, minute, range);
        // last, longest, devices, limit, share of it
        double[] row = [17.2, 17.2, 4, 48, 17.2 / 48];
        for (int column = 0; column < row.Length; column++)
            await Shows([row[column]], "Last shutdowns", column, minute, range);
        // last, longest, number, mean
        double[] device = [4.2, 4.2, 1, 4.2];
        for (int column = 0; column < device.Length; column++)
            await Shows([.. Enumerable.Repeat(device[column], 4)], "Devices", column, minute, range);
    }

    [Theory]
    [MemberData(nameof(Times))]
    public async Task So_are_those_of_starts(int minute, string range)
    {
        await Shows([1], "Starts", 0, minute, range);
        await Shows([0.75], "Last and longest start", 0, minute, range);
        await Shows([0.75], "Last and longest start", 1, minute, range);
        // last, longest, devices
        double[] row = [0.75, 0.75, 0];
        for (int column = 0; column < row.Length; column++)
            await Shows([row[column]], "Last starts", column, minute, range);
        Dictionary<string, double> phases = (await Ask("Last starts by phase", 0, minute, range))
            .ToDictionary(s => s.Labels["phase"], s => Math.Round(s.Value!.Value, 6));
        Assert.Equal((0.05, 0.3, 0.4, 0.75), (phases["prepare"], phases["dma_allocate"], phases["process"], Math.Round(phases.Values.Sum(), 6)));
    }

    /// <summary>The rest: all but what is about this moment, or has not happened.</summary>
    [Theory]
    [MemberData(nameof(Times))]
    public async Task Every_other_panel_answers(int minute, string range)
    {
        string[] silent =
        [
            "Alerts in the time shown", "Faulty devices", "Releases, opens and lock waits", "Mean reset by method", "Shutdown percentiles",
            "Starts under way", "Under way",
        ];
        var without = new SortedSet<string>(StringComparer.Ordinal);
        foreach (System.Text.Json.JsonElement panel in File.Panels)
        {
            string title = panel.GetProperty("title").GetString()!;
            for (int target = 0; target < panel.GetProperty("targets").GetArrayLength(); target++)
            {
                if ((await Ask(title, target, minute, range)).All(sample => sample.Value is null))
                    without.Add(title);
            }
        }
        Assert.Equal(silent.Order(StringComparer.Ordinal), without);
    }

    private async Task Shows(double[] expected, string panel, int target, int minute, string range) => Assert.Equal(
        expected.Select(e => Math.Round(e, 6)), (await Ask(panel, target, minute, range)).Select(s => Math.Round(s.Value!.Value, 6)));

    private Task<Sample[]> Ask(string panel, int target, int minute, string range)
    {
        System.Text.Json.JsonElement query = File.Panel(panel).GetProperty("targets")[target];
        string expression = DashboardFile.Substitute(
            query.GetProperty("expr").GetString()!, DashboardFile.Everything("1m"), range);
        DateTimeOffset now = StagedHost.Start.AddMinutes(minute);
        TimeSpan shown = TimeSpan.FromSeconds(DashboardFile.Seconds(range));
        // A graph has about a thousand points.
        return query.GetProperty("instant").GetBoolean()
            ? host.Prometheus.Query(expression, now)
            : host.Prometheus.QueryRange(expression, now, shown, TimeSpan.FromSeconds(Math.Max(15, Math.Round(shown.TotalSeconds / 1000))));
    }

    /// <summary>The staged host; it is asked only.</summary>
    public sealed class GoneHost : IAsyncLifetime
    {
        private PrometheusServer? _prometheus;

        // Before the shutdown, which begins after a second.
        private const string Start = """
            0.10 100/100 qemu contact exec 0.05 vm
            0.20 100/100 qemu starting begin dma bytes 1g
            0.50 100/100 qemu starting end dma bytes 1g pinned 1g faults 512 faulted 1g
            0.80 100/101 qemu runs

            """;

        internal PrometheusServer Prometheus => _prometheus!;

        public async Task InitializeAsync() =>
            _prometheus = await new StagedHost().Says(30, new StagedCapture("")).Says(Gone - 30, Lived()).Watched();

        public async Task DisposeAsync() => await _prometheus!.DisposeAsync();

        private static StagedCapture Lived() => StagedEvents.Shutdowns(1) with { Events = Start + StagedEvents.Shutdowns(1).Events };
    }
}
