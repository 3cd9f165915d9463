using Profiler.Cli.Tests.Support;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>Ten hosts, watched by a Prometheus that stores histograms in its own way: classic, native or both.</summary>
public abstract class HistogramMode : IAsyncLifetime
{
    internal const int Hosts = 10;

    private ExporterFarm? _farm;
    private PrometheusServer? _prometheus;

    internal abstract bool Classic { get; }

    internal abstract bool Native { get; }

    internal PrometheusServer Prometheus => _prometheus!;

    /// <summary>What is special about its job, as YAML in one line.</summary>
    protected virtual string Scrape => "scheme: http";

    public async Task InitializeAsync()
    {
        _farm = await ExporterFarm.Start(await HostExposition.OfRecording(), Hosts);
        _prometheus = await PrometheusServer.Start(
            WatchedFleet.Configuration(_farm.Address, Hosts, Scrape), Native ? "native-histograms" : "", await Program());
        await WatchedFleet.Watch(_farm, _prometheus);
    }

    public async Task DisposeAsync()
    {
        if (_prometheus is not null)
            await _prometheus.DisposeAsync();
        if (_farm is not null)
            await _farm.DisposeAsync();
    }

    /// <summary>The path or name of its server.</summary>
    protected virtual Task<string> Program() => PrometheusServer.Prometheus3();
}

/// <summary>Debian 12's Prometheus with the feature flag: native histograms only.</summary>
public sealed class NativeOnPrometheus2 : HistogramMode
{
    internal override bool Classic => false;

    internal override bool Native => true;

    protected override Task<string> Program() => Task.FromResult("prometheus");
}

/// <summary>Prometheus 3 without the flag: classic histograms only.</summary>
public sealed class ClassicOnPrometheus3 : HistogramMode
{
    internal override bool Classic => true;

    internal override bool Native => false;
}

/// <summary>Prometheus 3 with the flag: native histograms only.</summary>
public sealed class NativeOnPrometheus3 : HistogramMode
{
    internal override bool Classic => false;

    internal override bool Native => true;
}

/// <summary>Prometheus 3 that keeps the classic ones beside the native ones.</summary>
public sealed class BothOnPrometheus3 : HistogramMode
{
    internal override bool Classic => true;

    internal override bool Native => true;

    protected override string Scrape => "always_scrape_classic_histograms: true";
}
