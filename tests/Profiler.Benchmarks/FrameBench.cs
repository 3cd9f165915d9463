using BenchmarkDotNet.Attributes;
using Profiler.Cli.Live;
using Profiler.Cli.Tests.Support;
using Profiler.Cli.Tui;

namespace Profiler.Benchmarks;

/// <summary>Drawing and encoding a frame of a thousand devices; beside it, one of a host where nothing has happened yet.</summary>
public class FrameBench
{
    private const string Empty = "nothing yet";

    private Film? _film;

    /// <summary>What is on it.</summary>
    [ParamsSource(nameof(Shown))]
    public string What { get; set; } = "";

    /// <summary>Columns and rows.</summary>
    [Params("200x60", "120x40")]
    public string Size { get; set; } = "";

    /// <summary>All that is to be drawn.</summary>
    public static IEnumerable<string> Shown => [Empty, .. ManyDevices.Frames.Select(f => f.Name)];

    [GlobalSetup]
    public void Setup()
    {
        int[] size = [.. Size.Split('x').Select(int.Parse)];
        (_, ProfileState state, ViewState view) = ManyDevices.Frames
            .Prepend((Empty, new Capture("").StateAt(5.5), ViewState.First)).Single(f => f.Item1 == What);
        _film = new Film(state, view, size[0], size[1]);
    }

    [Benchmark]
    public void Frame() => _film!.Next();

    internal static IEnumerable<Line> Lines()
    {
        IReadOnlyDictionary<string, Cost> costs = Harness.Run<FrameBench>();
        foreach (string size in new[] { "200x60", "120x40" })
        {
            foreach (string what in Shown.Skip(1))
            {
                Cost cost = costs[$"{what} {size}"], empty = costs[$"{Empty} {size}"];
                yield return new Line(
                    $"frame of 1,000 devices, {what}, {size}", "< 5 ms, < 64 KiB", $"{Line.Time(cost.Ns)}, {Line.Bytes(cost.Bytes)}",
                    Line.Text($"{cost.Ns / empty.Ns:0.0} x an empty host's {Line.Time(empty.Ns)}"));
            }
        }
    }
}
