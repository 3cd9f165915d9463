using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Spans;
using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests;

/// <summary>Events are lost now and then, and who watches for years must not pile up what never ends.</summary>
public sealed class UptimeTests
{
    [Fact]
    public void Of_releases_that_never_end_the_oldest_are_given_up()
    {
        const int tooMany = 100;
        var spans = new SpanAssembler();
        Played.Activities(Enumerable.Range(1, SpanAssembler.MaxThreads + tooMany).Select(tid => new WireEvent
        {
            TimeNs = (ulong)tid,
            Kind = EventKind.Release,
            Edge = EventEdge.Begin,
            Tid = (uint)tid,
            Tgid = (uint)tid,
        }), spans);
        Assert.Equal((SpanAssembler.MaxThreads, tooMany), (spans.InFlight().Length, spans.Unmatched));
        Assert.Equal(tooMany + 1, spans.InFlight()[0].Task.Tid);
    }

    [Fact]
    public void A_wait_outside_of_every_operation_leaves_nothing_behind()
    {
        var spans = new SpanAssembler();
        List<Activity> done = Played.Activities(EventText.Parse("""
            1.0 7/7 a wait begin lock a holder 8/8 b
            2.0 7/7 a open begin 0000:01:00.0
            3.0 7/7 a open end
            """), spans);
        Assert.Empty(Assert.IsType<Operation>(Assert.Single(done)).LockWaits);
        Assert.Equal(0, spans.Unmatched);
    }

    [Fact]
    public void Resets_are_told_again_after_the_end_of_one_was_lost()
    {
        var spans = new SpanAssembler();
        List<Activity> done = Played.Activities(EventText.Parse("""
            1.0 7/7 kworker reset begin function 0000:01:00.0
            1.1 7/7 kworker reset begin flr 0000:01:00.0
            1.2 7/7 kworker reset end flr
            9.0 7/7 kworker reset begin function 0000:01:00.0
            9.1 7/7 kworker reset begin flr 0000:01:00.0
            9.2 7/7 kworker reset end flr
            9.3 7/7 kworker reset end function
            """), spans);
        Assert.Equal(300_000_000, Assert.IsType<StandaloneReset>(Assert.Single(done)).Reset.Time.DurationNs);
        Assert.Equal(1, spans.Unmatched);
    }

    [Fact]
    public void Parts_of_a_teardown_that_never_end_are_given_up()
    {
        const int many = 1000;
        var spans = new SpanAssembler();
        Played.Activities(EventText.Parse(string.Concat(Enumerable.Range(0, many).Select(i => $"{i} 7/7 qemu teardown begin power\n"))), spans);
        Assert.InRange(spans.Unmatched, many - 16, many);
    }

    [Fact]
    public void Of_processes_whose_releases_were_all_lost_the_oldest_are_forgotten()
    {
        const int many = ShutdownTracker.MaxProcesses + 100;
        var tracker = new ShutdownTracker(EndsWatched.All);
        for (int pid = 1; pid <= many; pid++)
        {
            tracker.AddAtStart(new ProcessAtStart(pid, "qemu", ["0000:01:00.0"], Exiting: false));
            Assert.True(tracker.Follow(Signal(pid, 0), _ => false).IsEmpty);
        }
        Assert.Equal(ShutdownTracker.MaxProcesses, tracker.InFlight(new SpanAssembler(), 1).Length);
    }

    [Fact]
    public void Processes_that_never_had_a_device_are_forgotten_beside_many_that_have_one()
    {
        var tracker = new ShutdownTracker(EndsWatched.All);
        for (int pid = 1; pid <= 5000; pid++)
            tracker.AddAtStart(new ProcessAtStart(pid, "qemu", ["0000:01:00.0"], Exiting: false));
        for (int pid = 5001; pid <= 50_000; pid++)
            Assert.True(tracker.Follow(Signal(pid, 0), _ => false).IsEmpty);
        Assert.InRange(tracker.Kept, 5000, 6000);
    }

    [Fact]
    public void Who_is_sent_signals_for_ever_keeps_a_few()
    {
        var tracker = new ShutdownTracker(EndsWatched.All);
        tracker.AddAtStart(new ProcessAtStart(7, "daemon", ["0000:01:00.0"], Exiting: false));
        long now = 0;
        for (int i = 0; i < 1000; i++)
            Assert.True(tracker.Follow(Signal(7, now += 1_000_000_000), _ => false).IsEmpty);
        Assert.InRange(tracker.InFlight(new SpanAssembler(), now)[0].SoFar.Signals.Length, 1, 64);
    }

    private static SignalDelivered Signal(int pid, long timeNs) => new(new TaskId(1, 1, "init"), new TaskId(pid, pid, "daemon"), 15, timeNs);
}
