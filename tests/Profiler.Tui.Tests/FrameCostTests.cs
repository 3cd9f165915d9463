using Profiler.Core.Capture;
using Profiler.Tui;
using Profiler.Tui.Tests.Support;

namespace Profiler.Tui.Tests;

/// <summary>A frame of a thousand devices must not be felt: it is drawn while others wait for the machine.</summary>
public sealed class FrameCostTests
{
    private const long MostBytes = 64 * 1024;

    // How long it takes is not for a test, since a machine may be busy: make bench tells.
    [Theory]
    [InlineData(120, 40)]
    [InlineData(200, 60)]
    public void A_frame_of_a_thousand_devices_allocates_little(int width, int height) =>
        Assert.All(ManyDevices.Frames, frame => Assert.InRange(Allocated(frame.State, frame.View, width, height), 0, MostBytes));

    private static long Allocated(ProfileState state, ViewState view, int width, int height)
    {
        const int Frames = 300;
        var film = new Film(state, view, width, height);
        long before = 0;
        for (int i = -Frames; i < Frames; i++)
        {
            if (i == 0)
                before = GC.GetAllocatedBytesForCurrentThread();
            film.Next();
        }
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Frames;
    }
}
