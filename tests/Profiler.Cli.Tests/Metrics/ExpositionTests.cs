using System.Diagnostics;
using Profiler.Cli.Metrics;
using Profiler.Cli.Tests.Support;
using Profiler.Core.Histograms;
using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Metrics;

/// <summary>Events in, the text Prometheus gets out: whole, in NAME.prom.</summary>
public sealed class ExpositionTests
{
    private static readonly string Nothing = Exposition.Text(new Capture("").StateAt(1), "1.2.3");

    private static readonly Capture BusyCapture = new(File.ReadAllText(Golden.Beside("busy.events")))
    {
        Probes =
        [
            new("release", "vfio_device_fops_release", "fentry", true, 2, ""),
            new("lock", "contention_begin", "tracepoint", true, null, ""),
            new("open", "a \"name\" with \\ and \n", null, false, null, ""),
        ],
        Lost = new Dictionary<EventKind, long> { [EventKind.LockWait] = 17 },
    };

    private static readonly string Busy = Exposition.Text(BusyCapture.StateAt(6), "1.2.3");

    [Fact]
    public void Nothing_yet() => Golden.Equal(Golden.Beside("nothing-yet.prom"), Nothing);

    [Fact]
    public void Releases_done_and_under_way() => Golden.Equal(Golden.Beside("busy.prom"), Busy);

    [Fact]
    public void What_is_not_known_to_be_lost_is_not_said_to_be_none()
    {
        string text = Exposition.Text((BusyCapture with { Lost = null }).StateAt(6), "1.2.3");
        Assert.Contains("vfioscope_events_total{", text, StringComparison.Ordinal);
        Assert.DoesNotContain("vfioscope_events_lost_total{", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Buckets_are_right_to_the_nanosecond()
    {
        long[] values = [.. Exposition.BoundsNs.SelectMany(bound => new[] { bound - 1, bound, bound, bound + 1 })];
        var histogram = new LatencyHistogram();
        foreach (long value in values)
            histogram.Record(value);
        HistogramSnapshot snapshot = histogram.Snapshot();
        Assert.All(Exposition.BoundsNs, bound => Assert.Equal(values.Count(v => v <= bound), snapshot.CountUpTo(bound)));
    }

    [Fact]
    public void Promtool_has_nothing_to_complain_about()
    {
        Assert.Equal("", Promtool(Nothing));
        Assert.Equal("", Promtool(Busy));
    }

    private static string Promtool(string text)
    {
        string? path = Environment.GetEnvironmentVariable("PATH")?.Split(':')
            .Select(directory => Path.Combine(directory, "promtool"))
            .FirstOrDefault(File.Exists);
        Assert.True(path is not null, "promtool is missing: run ./setup.sh");
        using var promtool = Process.Start(new ProcessStartInfo(path!, "check metrics")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        promtool.StandardInput.Write(text);
        promtool.StandardInput.Close();
        string complaints = promtool.StandardError.ReadToEnd() + promtool.StandardOutput.ReadToEnd();
        promtool.WaitForExit();
        return promtool.ExitCode == 0 ? complaints : $"exit code {promtool.ExitCode}: {complaints}";
    }
}
