using Profiler.Core.Capture;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Capture;

/// <summary>The time of a recording, by a clock that is moved by hand.</summary>
public sealed class ReplayClockTests
{
    private const long Second = 1_000_000_000;

    private readonly ManualTime _time = new();

    [Fact]
    public void It_runs_at_its_speed_up_to_the_next_event()
    {
        ReplayClock clock = Waiting(speed: 2, nextSeconds: 10);
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(6 * Second, clock.NowNs);
        _time.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal(10 * Second, clock.NowNs);
    }

    [Fact]
    public void Paused_it_stands_still_and_goes_on_from_there()
    {
        ReplayClock clock = Waiting(speed: 1, nextSeconds: 100);
        _time.Advance(TimeSpan.FromSeconds(3));
        clock.Set(new Playback(1, Paused: true));
        _time.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(3 * Second, clock.NowNs);
        clock.Set(new Playback(4, Paused: false));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(11 * Second, clock.NowNs);
    }

    [Fact]
    public void Put_forward_while_paused_it_does_not_pass_what_is_not_handed_on()
    {
        ReplayClock clock = Waiting(speed: 1, nextSeconds: 4);
        clock.Set(new Playback(1, Paused: true));
        clock.Forward(9 * Second);
        Assert.Equal(4 * Second, clock.NowNs);
        Assert.True(clock.WaitFor(4 * Second, CancellationToken.None));
        Assert.True(clock.WaitFor(9 * Second, CancellationToken.None));
        Assert.Equal(9 * Second, clock.NowNs);
    }

    [Fact]
    public void It_cannot_be_put_back()
    {
        ReplayClock clock = Waiting(speed: 1, nextSeconds: 100);
        _time.Advance(TimeSpan.FromSeconds(8));
        clock.Forward(2 * Second);
        Assert.Equal(8 * Second, clock.NowNs);
    }

    [Fact]
    public async Task Who_waits_while_it_is_paused_goes_on_when_it_does()
    {
        var clock = new ReplayClock(0, 1, TimeProvider.System);
        clock.Set(new Playback(1, Paused: true));
        Task<bool> waiting = Task.Run(() => clock.WaitFor(3600 * Second, CancellationToken.None));
        clock.Forward(3600 * Second);
        Assert.True(await waiting.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Who_waits_is_told_to_stop()
    {
        using var stop = new CancellationTokenSource();
        var clock = new ReplayClock(0, 1, _time);
        stop.Cancel();
        Assert.False(clock.WaitFor(Second, stop.Token));
    }

    // As a source leaves it: it is known when the next event is, and nobody has come to hand it on.
    private ReplayClock Waiting(double speed, long nextSeconds)
    {
        var clock = new ReplayClock(0, speed, _time);
        clock.End(nextSeconds * Second);
        return clock;
    }
}
