using System.Globalization;
using System.Text.RegularExpressions;
using System.Text;
using Profiler.Cli.Tests.Metrics;
using Profiler.Cli.Tests.Support;
using Profiler.Metrics.Formats;
using Capture = Profiler.Cli.Tests.Support.Capture;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>Hours of one host's samples, one a minute, as its exporter would have told them: it is never waited for.</summary>
internal sealed partial class StagedHost
{
    /// <summary>When its history begins; a full minute, and not in the future of anybody.</summary>
    public static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly StringBuilder _samples = new();
    private DateTimeOffset _now = Start;

    /// <summary>VMs with four devices each, one after another, each of which takes 17.2 s to shut down; from pid 100 on.</summary>
    public static Capture Shutdowns(int count)
    {
        var events = new StringBuilder();
        for (int vm = 0; vm < count; vm++)
        {
            double start = 1 + vm * 20;
            string who = $"{100 + vm}/{100 + vm} qemu";
            events.Append(CultureInfo.InvariantCulture, $"{start:0.000} 1/1 virsh signal 15 to {who}\n");
            for (int device = 0; device < 4; device++)
            {
                double begin = start + 0.2 + device * 4.2;
                events.Append(CultureInfo.InvariantCulture, $"{begin:0.000} {who} release begin 0000:{device + 1:00}:00.0 lock {device + 1} exiting\n")
                    .Append(CultureInfo.InvariantCulture, $"{begin + 4.2:0.000} {who} release end\n");
            }
            events.Append(CultureInfo.InvariantCulture, $"{start + 17.2:0.000} {who} gone\n");
        }
        return new Capture(events.ToString()) { VmNames = Enumerable.Range(0, count).ToDictionary(vm => 100 + vm, vm => $"gpu-{vm}") };
    }

    /// <summary>For so many minutes the exporter says this.</summary>
    /// <param name="minutes">How long.</param>
    /// <param name="capture">What it has seen.</param>
    /// <param name="longAgo">More than an hour ago: what is told by device and by virtual machine has left.</param>
    public StagedHost Says(int minutes, Capture capture, bool longAgo = false)
    {
        string[] lines =
        [
            .. capture.StateAt(1000, Scrape.Limits).Text(Negotiation.OpenMetrics).Split('\n')
                .Where(line => line is not ("" or ['#', ..]) && !(longAgo && Leaves().IsMatch(line))),
        ];
        for (int minute = 0; minute < minutes; minute++, _now = _now.AddMinutes(1))
        {
            foreach (string line in lines)
                _samples.Append(line.Split(" # ")[0]).Append(' ').Append(_now.ToUnixTimeSeconds()).Append('\n');
        }
        return this;
    }

    /// <summary>For so many minutes it does not answer.</summary>
    public StagedHost IsDown(int minutes)
    {
        _now = _now.AddMinutes(minutes);
        return this;
    }

    /// <summary>A Prometheus that has seen all that.</summary>
    public Task<PrometheusServer> Watched() => PrometheusServer.WithSamples(_samples + "# EOF\n");

    [GeneratedRegex("^vfio_(last_shutdown|device|host_seconds|\\w+_longest)")]
    private static partial Regex Leaves();
}
