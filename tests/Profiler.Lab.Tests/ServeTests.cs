using System.Globalization;
using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// The exporter while a real VM goes down, scraped by a real Prometheus: what the dashboard's panels get is what the report
/// of a recording made beside it says.
/// </summary>
public sealed class ServeTests
{
    private const int Devices = 4;

    // Two tracers have probes of their own, and each takes the time when its own runs: in an emulated machine that is
    // milliseconds apart.
    private const double Apart = 0.02, Share = 0.01;

    // increase() extrapolates to the ends of its range, from scrapes a second apart.
    private const double Extrapolated = 0.06;

    [Fact]
    public void The_dashboard_and_the_report_say_the_same()
    {
        LabGuest guest = LabGuest.Run("""
            tests/lab/serve
            out/vfioscope report "$OUT/vm.vfioscope" --format json -o "$OUT/report.json"
            """, Devices);
        JsonNode[] panels = [.. guest.Json("panels.json").AsArray().Select(p => p!)];
        JsonNode report = guest.Json("report.json");
        JsonNode shutdown = Assert.Single(report["shutdowns"]!.AsArray())!;
        JsonNode[] released = [.. shutdown["devices"]!.AsArray().Select(d => d!)];
        Assert.Equal(Devices, released.Length);

        Same(Seconds(shutdown["wall_ns"]), One("Last and longest shutdown", "vfio_last_shutdown_seconds"));
        Same(Seconds(shutdown["wall_ns"]), One("Last and longest shutdown", "vfio_shutdown_longest_seconds"));
        // One shutdown has no percentiles.
        Assert.Empty(Panel("Shutdown percentiles"));
        Same(released.Average(d => Seconds(d["duration_ns"])), One("Seconds per device", "max("));
        Assert.Equal(Devices, One("Last shutdowns", "max by (vm) (last_over_time(vfio_last_shutdown_devices"));
        Assert.Equal(1, One("Shutdowns"));
        Assert.Equal(0, One("Is it complete?", "vfioscope_events_lost_total"));
        Assert.Equal(1, One("Is it complete?", "vfioscope_capture_complete"));

        Assert.Equal(shutdown["phases"]!.AsObject().Count + 1, Panel("Last shutdowns by phase").Length);
        foreach ((string phase, JsonNode? ns) in shutdown["phases"]!.AsObject())
            Same(Seconds(ns), One("Last shutdowns by phase", label: ("phase", phase[..^"_ns".Length])));
        Same(Seconds(shutdown["unattributed_ns"]), One("Last shutdowns by phase", label: ("phase", "unattributed")));
        foreach (JsonNode device in released)
        {
            string bdf = device["bdf"]!.GetValue<string>();
            Same(Seconds(device["duration_ns"]), One("Devices", "vfio_device_last_release_seconds", ("device", bdf)));
            Assert.Equal("lab-vm", Panel("Devices")[0]["labels"]!["vm"]!.GetValue<string>());
        }
        string[] found =
        [
            .. report["starts"]!.AsArray().Append(shutdown).SelectMany(life => life!["findings"]!.AsArray()).Select(f => f!["id"]!.GetValue<string>()),
        ];
        Assert.NotEmpty(found);
        foreach (JsonNode finding in Panel("Findings"))
        {
            string id = finding["labels"]!["finding"]!.GetValue<string>();
            Assert.Equal(found.Contains(id) ? 1 : 0, Value(finding));
        }

        JsonNode histograms = report["histograms"]!, resets = histograms["reset_by_method"]!["bus"]!;
        Same(Seconds(resets["sum_ns"]) / resets["count"]!.GetValue<long>(), One("Mean reset by method", label: ("method", "bus")));
        Assert.Equal(
            resets["count"]!.GetValue<long>(), One("Resets", label: ("le", "+Inf")), resets["count"]!.GetValue<long>() * Extrapolated);
        Same(Seconds(histograms["release"]!["max_ns"]), One("Releases, opens and lock waits", "vfio_release_longest_seconds"));
        Assert.Empty(Panel("Releases, opens and lock waits", "(0.5, sum by (le) (increase(vfio_release"));

        // What the programs cost was counted, since --bpf-stats asked for it.
        Assert.True(One("CPU of vfioscope", "vfioscope_bpf_run_seconds_total") > 0);
        Assert.True(One("Runs of BPF programs", label: ("program", "release_kprobe")) > 0);

        JsonNode[] Panel(string name, string query = "") =>
            [.. panels.First(p => (string)p["panel"]! == name && ((string)p["query"]!).Contains(query, StringComparison.Ordinal))["series"]!
                .AsArray().Select(s => s!)];

        double One(string panel, string query = "", (string Name, string Value)? label = null) => Value(Assert.Single(
            Panel(panel, query), s => label is null || (string?)s["labels"]![label.Value.Name] == label.Value.Value));
    }

    private static void Same(double reported, double exported) => Assert.Equal(reported, exported, Apart + Share * reported);

    private static double Seconds(JsonNode? ns) => ns!.GetValue<long>() / 1e9;

    private static double Value(JsonNode series) => double.Parse(series["value"]!.GetValue<string>(), CultureInfo.InvariantCulture);
}
