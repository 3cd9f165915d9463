using Profiler.Cli.Tests.Support;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>Fifty hosts in two clusters, watched by a Prometheus with our rules, after some scrapes of each.</summary>
public sealed class WatchedFleet : IAsyncLifetime
{
    internal const int Hosts = 50;

    // Also the longest that a scrape takes.
    private static readonly TimeSpan ScrapeInterval = TimeSpan.FromSeconds(1);

    // Prometheus needs a path for each.
    private static readonly string Rules = Path.GetFullPath(Golden.Beside("../../../dashboards/rules"));

    private ExporterFarm? _farm;
    private PrometheusServer? _prometheus;

    /// <summary>What the exporter says of a host.</summary>
    internal HostExposition Exposition { get; private set; } = new("", "", [], []);

    internal PrometheusServer Prometheus => _prometheus!;

    public async Task InitializeAsync()
    {
        Exposition = await HostExposition.OfRecording();
        _farm = await ExporterFarm.Start(Exposition, Hosts);
        _prometheus = await PrometheusServer.Start(Configuration(_farm.Address, Hosts));
        await Watch(_farm, _prometheus);
    }

    /// <summary>Has the VMs shut down while Prometheus looks: some scrapes of each host and all rules before, and after.</summary>
    internal static async Task Watch(ExporterFarm farm, PrometheusServer prometheus)
    {
        await Looks(prometheus, scrapes: 3);
        farm.ShutDown();
        // Where increase() is rounded, some samples more are needed.
        await Looks(prometheus, scrapes: 12);
        // On a busy machine a scrape may fail, and its series are gone until the next one: all is asked about a moment when none did,
        // so long ago that those of then have ended.
        DateTimeOffset since = DateTimeOffset.UtcNow;
        await Eventually.Get(
            () => prometheus.Query(
                """min(min_over_time(up{job="vfioscope"}[3s]))""", prometheus.Moment = DateTimeOffset.UtcNow - 2 * ScrapeInterval),
            up => prometheus.Moment >= since && up is [{ Value: 1 }]);
    }

    public async Task DisposeAsync()
    {
        if (_prometheus is not null)
            await _prometheus.DisposeAsync();
        if (_farm is not null)
            await _farm.DisposeAsync();
    }

    private static async Task Looks(PrometheusServer prometheus, int scrapes)
    {
        await Eventually.Get(
            () => prometheus.Query($$"""min(count_over_time(up{job="vfioscope"}[10m])) >= {{scrapes}}"""), scraped => scraped.Length > 0);
        // The first rules may use what later ones record: thrice around.
        for (int round = 0; round < 3; round++)
        {
            DateTimeOffset since = DateTimeOffset.UtcNow;
            await Eventually.Get(prometheus.Rules, rules => rules.All(rule => rule.LastEvaluation > since));
        }
    }

    /// <summary>A prometheus.yml with our rules and the hosts of a farm.</summary>
    /// <param name="address">The farm's.</param>
    /// <param name="hosts">From 1 to this.</param>
    /// <param name="scrape">More about the job, as YAML in one line.</param>
    internal static string Configuration(string address, int hosts, string scrape = "scheme: http")
    {
        IEnumerable<string> targets = Enumerable.Range(1, hosts).Select(host =>
            $$"""
                  - targets: ['{{address}}']
                    labels: {__metrics_path__: /host/{{host}}/metrics, instance: host-{{host:00}}, cluster: {{Cluster(host)}}}
            """);
        return $$"""
            global: {scrape_interval: {{ScrapeInterval.TotalSeconds}}s, evaluation_interval: 1s}
            rule_files: ['{{Rules}}/*.yml']
            scrape_configs:
              - job_name: vfioscope
                {{scrape}}
                static_configs:
            {{string.Join('\n', targets)}}
            """;
    }

    private static string Cluster(int host) => host <= Hosts / 2 ? "north" : "south";
}

/// <summary>Tests that share one fleet: it takes some seconds to have something to tell.</summary>
[CollectionDefinition(Name)]
public sealed class WatchedFleetTests : ICollectionFixture<WatchedFleet>
{
    internal const string Name = "watched fleet";
}
