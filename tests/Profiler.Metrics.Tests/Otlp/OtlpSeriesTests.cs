using System.Collections.Immutable;
using Profiler.Core.Capture;
using Profiler.Core.Statistics;
using Profiler.Metrics.Logging;
using Profiler.Metrics.Otlp;
using Profiler.Metrics.Otlp.Targets;
using Profiler.Metrics.Values;
using Profiler.Tests.Support;

namespace Profiler.Metrics.Tests.Otlp;

/// <summary>Which series are pushed when virtual machines come and go.</summary>
public sealed class OtlpSeriesTests
{
    private const string Last = "vfio_last_shutdown_seconds";

    private static readonly MetricsState Busy =
        new StagedCapture(StagedEvents.Busy).StateAt(6, Scrape.Limits).State;

    [Fact]
    public async Task Who_has_left_is_not_pushed_any_more()
    {
        await using var receiver = new OtlpReceiver();
        MetricsState state = With(["a", "b"]);
        using OtlpPush push = PushTo(receiver, () => state);
        await receiver.When(m => Vms(m).SequenceEqual(["a", "b"]));
        state = With(["b"]);
        await receiver.When(m => Vms(m).SequenceEqual(["b"]));
        state = With([]);
        await receiver.When(m => !m.Points.ContainsKey(Last));
    }

    /// <summary>The SDK has 2000 places for the series of a metric, and does not give one back.</summary>
    [Fact]
    public async Task However_many_have_been_here_whoever_is_has_a_series()
    {
        await using var receiver = new OtlpReceiver();
        MetricsState state = Busy;
        using OtlpPush push = PushTo(receiver, () => state);
        for (int generation = 0; generation < 4; generation++)
        {
            string[] vms = [.. Enumerable.Range(0, 900).Select(n => $"{generation}-{n:000}")];
            state = With(vms);
            OtlpMetrics pushed = await receiver.When(m => Vms(m).FirstOrDefault() == vms[0]);
            Assert.Equal(vms, Vms(pushed));
        }
        string[] many = [.. Enumerable.Range(0, 5000).Select(n => $"{n:0000}")];
        state = With(many);
        Assert.Equal(many, Vms(await receiver.When(m => Vms(m).FirstOrDefault() == many[0])));
    }

    private static OtlpPush PushTo(OtlpReceiver receiver, Func<MetricsState> state)
    {
        var source = new ReplaySource(new MemoryStream(new StagedCapture("").Recording()), 1, TimeProvider.System);
        var target = new OtlpTarget(new Uri(receiver.Url + "/v1/metrics"), Grpc: false, TimeSpan.FromMilliseconds(50));
        var log = new Log(TextWriter.Null, LogLevel.Error, LogFormat.Text, TimeProvider.System);
        return new OtlpPush(target, new Profile(source, TimeProvider.System), state, "1.2.3", log);
    }

    private static MetricsState With(string[] vms)
    {
        LastShutdown last = Busy.Statistics.Vms[0].Value;
        ImmutableArray<KeyValuePair<string, LastShutdown>> all = [.. vms.Select(vm => KeyValuePair.Create(vm, last))];
        return Busy with { Statistics = Busy.Statistics with { Vms = all } };
    }

    private static string[] Vms(OtlpMetrics pushed) =>
        [.. pushed.Points.GetValueOrDefault(Last, []).Select(p => p.Labels.GetValueOrDefault("vm", "overflow")).Order(StringComparer.Ordinal)];
}
