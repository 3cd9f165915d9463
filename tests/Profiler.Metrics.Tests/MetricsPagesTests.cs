using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Recording;
using Profiler.Core.Statistics;
using Profiler.Metrics.Logging;
using Profiler.Tests.Support;

namespace Profiler.Metrics.Tests;

public sealed class MetricsPagesTests
{
    [Theory]
    [InlineData("/metrics", true)]
    [InlineData("/vfio/metrics", true)]
    [InlineData("/m-1_x.y~z", true)]
    [InlineData("", false)]
    [InlineData("metrics", false)]
    [InlineData("/", false)]
    [InlineData("//metrics", false)]
    [InlineData("/-/healthy", false)]
    [InlineData("/-/ready", false)]
    [InlineData("/a/../b", false)]
    [InlineData("/a?b=c", false)]
    [InlineData("/a#b", false)]
    [InlineData("/a b", false)]
    [InlineData("/a%2fb", false)]
    [InlineData("/\"><script>", false)]
    [InlineData("/caf\u00e9", false)]
    public void A_path_is_absolute_plain_and_free(string path, bool isOne) => Assert.Equal(isOne, MetricsPages.IsPath(path));

    [Fact]
    public async Task Who_comes_when_the_limit_is_reached_is_told_to_come_again()
    {
        using var busy = new Busy(maxRequests: 1);
        Task<HttpResponse> first = busy.Scrape();
        busy.IsBeingAsked();
        HttpResponse second = await busy.Scrape();
        Assert.Equal((StatusCodes.Status503ServiceUnavailable, "1"), (second.StatusCode, second.Headers.RetryAfter.ToString()));
        busy.Answers();
        Assert.Equal(StatusCodes.Status200OK, (await first).StatusCode);
        Assert.Equal(StatusCodes.Status200OK, (await busy.Scrape()).StatusCode);
    }

    [Fact]
    public async Task Without_a_limit_all_wait_for_their_turn()
    {
        using var busy = new Busy(maxRequests: 0);
        Task<HttpResponse>[] scrapes = [.. Enumerable.Range(0, 8).Select(_ => busy.Scrape())];
        busy.IsBeingAsked();
        busy.Answers();
        Assert.All(await Task.WhenAll(scrapes), response => Assert.Equal(StatusCodes.Status200OK, response.StatusCode));
    }

    [Fact]
    public async Task Liveness_and_readiness_do_not_count()
    {
        using var busy = new Busy(maxRequests: 1);
        Task<HttpResponse> scrape = busy.Scrape();
        busy.IsBeingAsked();
        Assert.Equal(StatusCodes.Status200OK, (await busy.Get("/-/healthy")).StatusCode);
        Assert.Equal(StatusCodes.Status200OK, (await busy.Get("/-/ready")).StatusCode);
        busy.Answers();
        await scrape;
    }

    /// <summary>A source that does not answer until it is told to.</summary>
    private sealed class Busy : IEventSource
    {
        private readonly ManualResetEventSlim _asked = new(), _answers = new();
        private readonly MetricsPages _pages;

        public Busy(int maxRequests)
        {
            var source = new MetricsSource(new StatisticsLimits(1, 1), TimeProvider.System, "1.2.3");
            _ = new Profile(this, TimeProvider.System, source.SinkOf, _ => source.Histograms);
            var log = new Log(TextWriter.Null, LogLevel.Error, LogFormat.Text, TimeProvider.System);
            _pages = new MetricsPages(source, "1.2.3", () => true, log, MetricsPages.DefaultPath, maxRequests);
        }

        public CaptureInfo Info { get; } = new StagedCapture("").Info;

        public IObservable<ReadOnlyMemory<byte>> Records => System.Reactive.Linq.Observable.Never<ReadOnlyMemory<byte>>();

        public HostFacts Facts { get; } = new();

        public long NowNs => 0;

        public ImmutableArray<ProbeInfo> Probes() => [];

        public ImmutableArray<SourceCount> Counts() => [];

        public ImmutableArray<ProgramCost> Programs()
        {
            _asked.Set();
            _answers.Wait();
            return [];
        }

        public void Run(CancellationToken cancellation)
        {
        }

        public Task<HttpResponse> Scrape() => Get(MetricsPages.DefaultPath);

        public Task<HttpResponse> Get(string path) => Task.Run(async () =>
        {
            var http = new DefaultHttpContext { Request = { Method = "GET", Path = path } };
            await _pages.Answer(http);
            return http.Response;
        });

        public void IsBeingAsked() => _asked.Wait();

        public void Answers() => _answers.Set();

        public void Dispose()
        {
            _pages.Dispose();
            _asked.Dispose();
            _answers.Dispose();
        }
    }
}
