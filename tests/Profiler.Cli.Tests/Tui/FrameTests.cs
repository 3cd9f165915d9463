using Profiler.Cli.Live;
using Profiler.Cli.Tests.Support;
using Profiler.Cli.Tui;
using Profiler.Core.Wire;
using Profiler.Tests.Support;
using Spectre.Console.Rendering;

namespace Profiler.Cli.Tests.Tui;

/// <summary>Events in, screens out: NAME.WIDTHxHEIGHT.txt, as one sees it.</summary>
public sealed class FrameTests
{
    private static readonly Capture Shutdown = new(File.ReadAllText(Golden.Beside("shutdown-in-flight.events")))
    {
        VmNames = new Dictionary<int, string> { [900] = "mail", [4711] = "database-production-1" },
    };

    [Theory]
    [InlineData(80, 24)]
    [InlineData(120, 40)]
    public void Nothing_yet(int width, int height) => Check("nothing-yet", new Capture(""), width, height);

    [Theory]
    [InlineData(80, 24)]
    [InlineData(120, 40)]
    public void A_shutdown_of_16_devices_in_flight(int width, int height) => Check("shutdown-in-flight", Shutdown, width, height);

    [Theory]
    [InlineData(80, 24)]
    [InlineData(120, 40)]
    public void Events_lost_and_a_probe_missing(int width, int height) => Check("lost-and-missing", Shutdown with
    {
        Probes =
        [
            .. Shutdown.Probes.Select(p => p.Name switch
            {
                "release" => p with { Attached = false, WaitsFor = "vfio" },
                "open" => p with { Attach = null, Attached = false },
                "signal" => p with { Missed = 2 },
                _ => p,
            }),
        ],
        Lost = new Dictionary<EventKind, long> { [EventKind.LockWait] = 1200, [EventKind.Reset] = 3 },
    }, width, height);

    [Fact]
    public void Names_from_outside_cannot_steer_the_terminal()
    {
        var capture = new Capture("1 7/7 qemu release begin 0000:01:00.0")
        {
            VmNames = new Dictionary<int, string> { [7] = "\e[2J[red]\nweb\u202e" },
        };
        string[] lines = Lines(capture.StateAt(2), 80, 24);
        Assert.Contains(lines, line => line.Contains("?[2J[red]?web? (7)", StringComparison.Ordinal));
        Assert.DoesNotContain(string.Concat(lines), char.IsControl);
    }

    [Fact]
    public void The_frame_has_exactly_the_size_of_the_screen_whatever_that_is()
    {
        var vmNames = new Dictionary<int, string> { [4711] = "日本語の名前の機械" };
        ProfileState state = (Shutdown with { VmNames = vmNames }).StateAt(5.5);
        for (int width = 1; width < 200; width += 7)
        {
            for (int height = 1; height < 70; height += 3)
            {
                IReadOnlyList<IReadOnlyList<Segment>> lines = Frame.Render(state, width, height);
                Assert.Equal(height, lines.Count);
                Assert.All(lines, line => Assert.Equal(width, Segment.CellCount(line)));
            }
        }
    }

    private static void Check(string name, Capture capture, int width, int height) => Golden.Equal(
        Golden.Beside($"{name}.{width}x{height}.txt"),
        string.Concat(Lines(capture.StateAt(5.5), width, height).Select(line => line.TrimEnd() + "\n")));

    private static string[] Lines(ProfileState state, int width, int height) =>
        [.. Frame.Render(state, width, height).Select(line => string.Concat(line.Select(s => s.Text)))];
}
