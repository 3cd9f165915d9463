using BenchmarkDotNet.Attributes;
using Profiler.Core.Capture;
using Profiler.Core.Protobuf;
using Profiler.Metrics;
using Profiler.Metrics.Formats;
using Profiler.Metrics.Tests;
using Profiler.Tests.Support;
using Profiler.Tui.Tests.Support;

namespace Profiler.Benchmarks;

/// <summary>A scrape of 1,024 devices: from the state to the bytes, and all of it, as the events have to wait for it.</summary>
public class ScrapeBench
{
    internal const int Devices = 1024;

    private static readonly Dictionary<string, (ServedFormat Format, bool Whole)> Ways = new()
    {
        ["written as text"] = (Negotiation.Text, false),
        ["written as OpenMetrics"] = (Negotiation.OpenMetrics, false),
        ["written as protobuf"] = (Negotiation.Protobuf, false),
        ["in all, as text"] = (Negotiation.Text, true),
        ["in all, as OpenMetrics"] = (Negotiation.OpenMetrics, true),
        ["in all, as protobuf"] = (Negotiation.Protobuf, true),
    };

    private Scraped? _scraped;
    private Profile? _profile;
    private MetricsSource? _source;

    /// <summary>What of it, and in what format.</summary>
    [ParamsSource(nameof(All))]
    public string Way { get; set; } = "";

    /// <summary>All there are.</summary>
    public static IEnumerable<string> All => Ways.Keys;

    [GlobalSetup]
    public void Setup()
    {
        StagedCapture capture = ManyDevices.Known(Devices);
        _scraped = capture.StateAt(2000, Scrape.Limits);
        _source = new MetricsSource(Scrape.Limits, TimeProvider.System, "1.2.3");
        var replay = new ReplaySource(new MemoryStream(capture.Recording()), 1e9, TimeProvider.System);
        _profile = new Profile(replay, TimeProvider.System, _source.SinkOf, _ => _source.Histograms);
        _profile.Start();
        _profile.Completion.Wait();
    }

    [GlobalCleanup]
    public void Cleanup() => _profile!.Dispose();

    [Benchmark]
    public int Put()
    {
        using var buffer = new PooledBuffer();
        (ServedFormat format, bool whole) = Ways[Way];
        if (whole)
            _source!.Write(format, buffer);
        else if (format.Writer == Writer.Protobuf)
            ProtobufFormat.Write(buffer, _scraped!.State, "1.2.3");
        else
            _scraped!.Registry.Write(buffer, _scraped.State, "1.2.3", format.Writer == Writer.OpenMetrics);
        return buffer.Length;
    }

    internal static IEnumerable<Line> Lines()
    {
        IReadOnlyDictionary<string, Cost> costs = Harness.Run<ScrapeBench>();
        var one = new ScrapeBench();
        one.Setup();
        Cost text = costs[All.First()];
        foreach (string way in All)
        {
            one.Way = way;
            Cost cost = costs[way];
            yield return new Line(
                $"scrape of 1,024 devices, {way}", "< 1 MiB",
                $"{Line.Time(cost.Ns)}, {Line.Bytes(one.Put())}, {Line.Bytes(cost.Bytes)} allocated",
                Line.Text($"{cost.Ns / text.Ns:0.00} x written as text"));
        }
        one.Cleanup();
    }
}
