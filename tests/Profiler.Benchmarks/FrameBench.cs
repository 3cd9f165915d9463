using BenchmarkDotNet.Attributes;
using Profiler.Core.Capture;
using Profiler.Tests.Support;
using Profiler.Tui;
using Profiler.Tui.Tests.Support;

namespace Profiler.Benchmarks;

/// <summary>A frame of a thousand devices, from what is known to what the terminal is sent; beside it, one of a host where nothing has happened yet.</summary>
public class FrameBench
{
    private const string Empty = "nothing yet";

    private static readonly string[] Sizes = ["200x60", "120x40"];

    private Film? _film;

    /// <summary>What is on it, and its columns and rows.</summary>
    [ParamsSource(nameof(All))]
    public string What { get; set; } = "";

    /// <summary>All that is to be drawn, of each size the empty one first.</summary>
    public static IEnumerable<string> All =>
        from size in Sizes from what in ManyDevices.Frames.Select(f => f.Name).Prepend(Empty) select $"{what}, {size}";

    [GlobalSetup]
    public void Setup()
    {
        string[] words = What.Split(", ");
        int[] size = [.. words[1].Split('x').Select(int.Parse)];
        (_, ProfileState state, ViewState view) = ManyDevices.Frames
            .Prepend((Empty, new StagedCapture("").StateAt(5.5), ViewState.First)).Single(f => f.Item1 == words[0]);
        _film = new Film(state, view, size[0], size[1]);
    }

    [GlobalCleanup]
    public void Cleanup() => _film?.Dispose();

    [Benchmark]
    public void Frame() => _film!.Next();

    internal static IEnumerable<Line> Lines()
    {
        IReadOnlyDictionary<string, Cost> costs = Harness.Run<FrameBench>();
        foreach (string size in Sizes)
        {
            Cost empty = costs[$"{Empty}, {size}"];
            foreach (string what in All.Where(w => w.EndsWith(size, StringComparison.Ordinal) && !w.StartsWith(Empty, StringComparison.Ordinal)))
            {
                Cost cost = costs[what];
                yield return new Line(
                    $"frame of 1,000 devices, {what}", "< 3 ms, < 512 KiB", $"{Line.Time(cost.Ns)}, {Line.Bytes(cost.Bytes)} allocated",
                    Line.Text($"{cost.Ns / empty.Ns:0.0} x an empty host's {Line.Time(empty.Ns)}"));
            }
        }
    }
}
