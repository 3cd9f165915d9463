using System.Text;
using System.Text.RegularExpressions;
using Profiler.Cli.Tests.Support;
using Profiler.Metrics.Formats;
using Profiler.Metrics.Tests;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>Hours of one host's samples, one a minute, as its exporter would have told them: it is never waited for.</summary>
internal sealed partial class StagedHost
{
    /// <summary>When its history begins; a full minute, and not in the future of anybody.</summary>
    public static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly StringBuilder _samples = new();
    private DateTimeOffset _now = Start;

    /// <summary>For so many minutes the exporter says this.</summary>
    /// <param name="minutes">How long.</param>
    /// <param name="capture">What it has seen.</param>
    /// <param name="longAgo">More than an hour ago: what is told by device and by virtual machine has left.</param>
    public StagedHost Says(int minutes, StagedCapture capture, bool longAgo = false)
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

    [GeneratedRegex("^vfio_(last_shutdown|last_start|device|host_seconds|\\w+_longest)")]
    private static partial Regex Leaves();
}
