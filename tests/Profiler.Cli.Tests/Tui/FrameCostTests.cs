using System.Diagnostics;
using Profiler.Cli.Live;
using Profiler.Cli.Tests.Support;
using Profiler.Cli.Tui;

namespace Profiler.Cli.Tests.Tui;

/// <summary>A frame of a thousand devices must not be felt: it is drawn while others wait for the machine.</summary>
public sealed class FrameCostTests
{
    private const long MostBytes = 64 * 1024;

    [Theory]
    [InlineData(120, 40)]
    [InlineData(200, 60)]
    public void A_frame_of_a_thousand_devices_allocates_little(int width, int height)
    {
        ProfileState over = FrameTests.Thousand.StateAt(2000);
        ProfileState flying = new Capture(string.Concat(Enumerable.Range(0, 1000).Select(i =>
            $"{1 + i * 0.0001:0.0000} 100/{1000 + i} qemu release begin {i / 256:x4}:{i % 256:x2}:00.0 exiting\n"))).StateAt(2);
        var report = new List<string>();
        foreach ((string name, ProfileState state, ViewState view) in new[]
        {
            ("in flight", flying, ViewState.First), ("devices", over, ViewState.First with { Page = Page.Devices }),
            ("filtered", over, ViewState.First with { Page = Page.Devices, Filter = "web-1" }),
            ("histograms", over, ViewState.First with { Page = Page.Histograms }), ("locks", over, ViewState.First with { Page = Page.Locks }),
        })
        {
            (long bytes, double ms) = Cost(state, view, width, height);
            report.Add($"{name}: {bytes} bytes, {ms:0.000} ms");
            Assert.True(bytes < MostBytes, $"{name}: {bytes} bytes");
        }
        if (Environment.GetEnvironmentVariable("SHOW_COST") is { } file)
            File.AppendAllLines(file, [$"{width}x{height}", .. report]);
    }

    // How long it takes is not asserted: a machine may be busy.
    private static (long Bytes, double Milliseconds) Cost(ProfileState state, ViewState view, int width, int height)
    {
        const int Frames = 300;
        var canvas = new Canvas(width, height);
        var writer = new TerminalWriter(new TerminalKind(Colours: true, Unicode: true));
        var history = new IntervalHistory();
        history.Observe(state.Snapshot, state.NowNs);
        long bytes = 0, start = 0;
        for (int i = -Frames; i < Frames; i++)
        {
            if (i == 0)
                (bytes, start) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            Frame.Draw(canvas, state with { NowNs = state.NowNs + i * 1_000_000 }, view, history);
            writer.Encode(canvas);
        }
        return ((GC.GetAllocatedBytesForCurrentThread() - bytes) / Frames, Stopwatch.GetElapsedTime(start).TotalMilliseconds / Frames);
    }
}
