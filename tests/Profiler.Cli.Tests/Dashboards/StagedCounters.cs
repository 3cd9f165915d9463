using System.Globalization;
using System.Text;
using Profiler.Cli.Tests.Support;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>
/// A week of samples of counters, one each 15 s, on hosts to which different things happen: it is known at which moment
/// each counter went up, and so how much it went up within any time.
/// </summary>
internal sealed class StagedCounters
{
    /// <summary>The end of the week; a full minute.</summary>
    public static readonly DateTimeOffset End = new(2026, 11, 8, 0, 0, 0, TimeSpan.Zero);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    // What is counted, how long before the end; between two samples.
    private static readonly (TimeSpan Ago, int Times)[] Counted =
    [
        (Ago(days: 6.5), 40), (Ago(days: 4), 7), (Ago(hours: 20), 5), (Ago(hours: 8), 1), (Ago(minutes: 50), 2), (Ago(minutes: 12), 9),
        (Ago(minutes: 3), 2), (Ago(minutes: 1.5), 1),
    ];

    private static readonly Dictionary<string, Host> All = new()
    {
        ["steady"] = new(),
        // The exporter counts from 0 again: at once, and after it was down for ten minutes and for three hours.
        ["restarted"] = new() { Restarts = [(Ago(days: 2), TimeSpan.FromHours(3)), (Ago(hours: 10), TimeSpan.FromMinutes(10)), (Ago(minutes: 2), Interval)] },
        // Prometheus has known it for ten minutes, and when it came it had counted 100.
        ["new"] = new() { Begins = Ago(minutes: 10), CountedBefore = 100 },
        // It does not answer any more.
        ["gone"] = new() { Ends = Ago(hours: 6) },
        // It answers not each time.
        ["shaky"] = new() { Unanswered = 3 },
    };

    public static IEnumerable<string> Hosts => All.Keys;

    /// <summary>How much the counters of a host went up within a time before the end, as far as it was watched.</summary>
    public static int Expected(string host, TimeSpan range) =>
        Counted.Where(c => c.Ago < range && c.Ago > All[host].Ends && c.Ago < All[host].Begins).Sum(c => c.Times);

    /// <summary>Whether there are samples of it within a time before the end.</summary>
    public static bool Answers(string host, TimeSpan range) => All[host].Ends < range;

    /// <summary>A Prometheus that has seen all that.</summary>
    public static Task<PrometheusServer> Watched()
    {
        var samples = new StringBuilder();
        foreach ((string name, Host host) in All)
        {
            // Each target is scraped at a second of its own.
            DateTimeOffset first = End.AddDays(-7).AddSeconds(1 + name.Length);
            for (int scrape = 0; first + scrape * Interval < End; scrape++)
            {
                DateTimeOffset now = first + scrape * Interval;
                if (host.CounterAt(End - now) is not { } value || (host.Unanswered > 0 && scrape % host.Unanswered == 0))
                    continue;
                string rest = string.Create(CultureInfo.InvariantCulture, $"job=\"vfioscope\",cluster=\"c\",instance=\"{name}\"}} {value} {now.ToUnixTimeSeconds()}\n");
                samples.Append("vfio_shutdown_duration_seconds_count{").Append(rest).Append("vfioscope_events_lost_total{kind=\"release\",").Append(rest)
                    .Append("vfioscope_build_info{version=\"1\",kernel=\"6.12\",").Append(rest);
            }
        }
        return PrometheusServer.WithSamples(samples + "# EOF\n");
    }

    private static TimeSpan Ago(double days = 0, double hours = 0, double minutes = 0) =>
        TimeSpan.FromDays(days) + TimeSpan.FromHours(hours) + TimeSpan.FromMinutes(minutes);

    private sealed class Host
    {
        /// <summary>When the exporter was restarted, and for how long it was down before; the earliest first.</summary>
        public (TimeSpan Ago, TimeSpan Down)[] Restarts { get; init; } = [];

        public TimeSpan Begins { get; init; } = TimeSpan.MaxValue;

        public TimeSpan Ends { get; init; } = TimeSpan.Zero;

        public int CountedBefore { get; init; }

        /// <summary>One of so many scrapes fails; 0 for none.</summary>
        public int Unanswered { get; init; }

        /// <summary>What its counters say at a moment; null if it does not answer.</summary>
        public int? CounterAt(TimeSpan ago)
        {
            if (ago > Begins || ago < Ends || Restarts.Any(r => ago > r.Ago && ago <= r.Ago + r.Down))
                return null;
            TimeSpan since = Restarts.Where(r => ago <= r.Ago).Select(r => r.Ago).LastOrDefault(Begins);
            return CountedBefore + Counted.Where(c => c.Ago >= ago && c.Ago < since).Sum(c => c.Times);
        }
    }
}
