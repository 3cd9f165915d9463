using Profiler.Metrics;
using Profiler.Metrics.Formats;
using Profiler.Metrics.Tests;
using Profiler.Tui.Tests.Support;
using BenchmarkDotNet.Attributes;

namespace Profiler.Benchmarks;

/// <summary>Writing the metrics of 1,024 devices down, from the state to the bytes.</summary>
public class ScrapeBench
{
    internal const int Devices = 1024;

    private static readonly Dictionary<string, ServedFormat> Formats = new()
    {
        ["text"] = Negotiation.Text,
        ["OpenMetrics"] = Negotiation.OpenMetrics,
        ["protobuf"] = Negotiation.Protobuf,
    };

    private MetricsState? _state;

    /// <summary>In what format.</summary>
    [ParamsSource(nameof(All))]
    public string Format { get; set; } = "";

    /// <summary>All there are.</summary>
    public static IEnumerable<string> All => Formats.Keys;

    [GlobalSetup]
    public void Setup() => _state = ManyDevices.Known(Devices).StateAt(2000, Scrape.Limits);

    [Benchmark]
    public int Write()
    {
        using var buffer = new PooledBuffer();
        Exposition.Write(Formats[Format].Create(buffer), _state!, "1.2.3");
        return buffer.Length;
    }

    internal static IEnumerable<Line> Lines()
    {
        IReadOnlyDictionary<string, Cost> costs = Harness.Run<ScrapeBench>();
        var one = new ScrapeBench();
        one.Setup();
        foreach (string format in All)
        {
            one.Format = format;
            Cost cost = costs[format], text = costs["text"];
            int size = one.Write();
            yield return new Line(
                $"scrape of 1,024 devices, written as {format}", "< 1 MiB",
                $"{Line.Time(cost.Ns)}, {Line.Bytes(size)}, {Line.Bytes(cost.Bytes)} allocated",
                Line.Text($"{cost.Ns / text.Ns:0.00} x text"));
        }
    }
}
