using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Spans;
using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Lives;

/// <summary>
/// What holds however signals, closes, opens, resets and exits of several processes interleave, and wherever the capture ends.
/// </summary>
public sealed class ShutdownProperties
{
    private static readonly Arbitrary<Act[]> AnyLife = Arb.From(
        from acts in (
            from pid in Gen.Choose(1, 3)
            from kind in Gen.Frequency(
                (5, Gen.Constant(ActKind.Open)), (6, Gen.Constant(ActKind.Close)), (3, Gen.Constant(ActKind.Signal)),
                (2, Gen.Constant(ActKind.Reset)), (2, Gen.Constant(ActKind.Part)), (2, Gen.Constant(ActKind.Exit)))
            from gapMs in Gen.Frequency((4, Gen.Choose(0, 900)), (2, Gen.Choose(900, 3_000)), (1, Gen.Choose(5_000, 30_000)))
            from tookMs in Gen.Frequency((3, Gen.Choose(1, 500)), (1, Gen.Choose(500, 15_000)))
            from number in Gen.Choose(0, 1000)
            select new Act(pid, kind, gapMs, tookMs, number)).ArrayOf()
        select acts,
        acts => acts.Select((_, i) => acts.Where((_, j) => j != i).ToArray()));

    [Fact]
    public void Each_release_is_of_one_shutdown_and_shutdowns_of_a_process_do_not_overlap() => Prop.ForAll(AnyLife, Gen.Choose(0, 100).ToArbitrary(),
        (acts, percent) =>
        {
            string[] events = Play(acts);
            string[] seen = events[..(events.Length * Math.Max(percent, 20) / 100)];
            List<Shutdown> shutdowns = Played.Shutdowns(string.Join('\n', seen));

            string[] released = [.. shutdowns.SelectMany(s => s.Releases).Select(r => $"{r.Task.Tid} {r.Time.EndNs}").Order(StringComparer.Ordinal)];
            Assert.Equal(released.Distinct(), released);
            Assert.Equal(seen.Count(e => e.Contains("release end", StringComparison.Ordinal)), released.Length);

            foreach (IGrouping<int, Shutdown> process in shutdowns.GroupBy(s => s.Task.Tgid))
            {
                Shutdown[] inOrder = [.. process.OrderBy(s => s.Time.StartNs)];
                for (int i = 1; i < inOrder.Length; i++)
                    Assert.True(inOrder[i].Time.StartNs >= inOrder[i - 1].Time.EndNs, $"{inOrder[i - 1].Time} and {inOrder[i].Time}");
            }

            foreach (Shutdown shutdown in shutdowns)
            {
                Assert.True(shutdown.Time.DurationNs >= 0, $"{shutdown.Time}");
                Assert.Equal(shutdown.Time.DurationNs, Enum.GetValues<Phase>().Sum(p => shutdown.Phases[p]));
                Assert.All(shutdown.Releases, r => Assert.True(r.Time.EndNs >= shutdown.Time.StartNs && r.Time.EndNs <= shutdown.Time.EndNs, $"{r.Time} in {shutdown.Time}"));
                Assert.True(shutdown.Releases.Length + shutdown.Unreleased.Length + shutdown.UnderWay.Length > 0 || shutdown.Unfinished);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1500));

    [Fact]
    public void It_makes_no_difference_how_often_the_clock_ticks() => Prop.ForAll(AnyLife, acts =>
    {
        string events = string.Join('\n', Play(acts));
        Assert.Equal(Told(Played.Shutdowns(events)), Told(Played.Live(events, TimeSpan.FromMilliseconds(700))));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    /// <summary>The signal may be the cause until 14.744: a tick right before that must not keep the close open until the kill.</summary>
    [Fact]
    public void A_close_is_over_as_soon_as_no_signal_may_be_its_cause()
    {
        const string Events = """
            1.388 7/8 vmm open begin 0000:01:00.0
            1.826 7/8 vmm open end 9
            4.277 1/1 kill signal 15 to 7/7 vmm
            4.369 7/8 vmm release begin 0000:01:00.0
            4.744 7/8 vmm release end
            15.236 1/1 kill signal 9 to 7/7 vmm
            15.236 7/7 vmm exits 9
            15.3 7/7 vmm gone
            15.4 1/1 init reaped of 7/7 vmm
            """;
        Assert.StartsWith("7 Close 1 ", Assert.Single(Told(Played.Shutdowns(Events))), StringComparison.Ordinal);
        Assert.Equal(Told(Played.Shutdowns(Events)), Told(Played.Live(Events, TimeSpan.FromMilliseconds(700))));
    }

    /// <summary>The former tracker looked at all releases again for each pause; the results are the same to the nanosecond.</summary>
    [Fact]
    public void Shutdowns_are_those_of_the_former_tracker() => Prop.ForAll(AnyLife, Gen.Choose(20, 100).ToArbitrary(), (acts, percent) =>
    {
        string[] all = Play(acts);
        WireEvent[] events = EventText.Parse(string.Join('\n', all[..(all.Length * percent / 100)]));
        var spans = new SpanAssembler();
        var tracker = new ShutdownTracker(EndsWatched.All);
        var former = new Former.ShutdownTracker(EndsWatched.All);
        var shutdowns = new List<Shutdown>();
        var expected = new List<Shutdown>();
        foreach (WireEvent e in events)
        {
            if (spans.Take(in e) is { } activity)
            {
                shutdowns.AddRange(tracker.Follow(activity, spans.IsBusy));
                expected.AddRange(former.Follow(activity, spans.IsBusy));
            }
            Assert.Equal(former.InFlight(spans, spans.LatestNs).Select(InFull), tracker.InFlight(spans, spans.LatestNs).Select(InFull));
        }
        shutdowns.AddRange(tracker.Flush(spans, spans.LatestNs));
        expected.AddRange(former.Flush(spans, spans.LatestNs));
        Assert.Equal(InOrder(expected), InOrder(shutdowns));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1500));

    private static IEnumerable<string> InOrder(IEnumerable<Shutdown> shutdowns) =>
        shutdowns.OrderBy(s => s.Task.Tgid).ThenBy(s => s.Time.StartNs).Select(InFull);

    private static string InFull(object what) => JsonSerializer.Serialize(what);

    private static IEnumerable<string> Told(IEnumerable<Shutdown> shutdowns) => shutdowns
        .Where(s => s.IsWhole)
        .Select(s => $"{s.Task.Tgid} {s.Trigger} {s.Releases.Length} {s.Time}")
        .Order(StringComparer.Ordinal);

    private enum ActKind
    {
        Open,
        Close,
        Signal,
        Reset,
        Part,
        Exit,
    }

    private sealed record Act(int Pid, ActKind Kind, int GapMs, int TookMs, int Number);

    // Events that a kernel might tell: nobody closes what it has not, one thread does one thing at a time, the dead do nothing.
    private static string[] Play(Act[] acts)
    {
        var events = new List<(long AtMs, string Text)>();
        var processes = new Dictionary<int, Process>();
        long nowMs = 1000;
        foreach (Act act in acts)
        {
            nowMs += act.GapMs;
            if (!processes.TryGetValue(act.Pid, out Process? process))
                processes[act.Pid] = process = new Process(act.Pid * 1000);
            if (nowMs <= process.DeadMs)
                continue;
            if (process.DeadMs > 0)
                processes[act.Pid] = process = new Process(process.Pid + 1);
            process.Do(act, nowMs, events);
        }
        return [.. events.OrderBy(e => e.AtMs).Select(e => $"{e.AtMs / 1000.0:0.000} {e.Text}")];
    }

    private sealed class Process(int pid)
    {
        private readonly Dictionary<string, long> _heldFromMs = [];
        private readonly Dictionary<int, long> _busyUntilMs = [];
        private int _opened;

        public int Pid => pid;

        public long DeadMs { get; private set; }

        public void Do(Act act, long nowMs, List<(long AtMs, string Text)> events)
        {
            int thread = pid + 100_000 * (1 + act.Number % 3);
            void Add(long atMs, int tid, string text) => events.Add((atMs, $"{pid}/{tid} vmm {text}"));
            if (act.Kind is not (ActKind.Signal or ActKind.Exit))
            {
                if (_busyUntilMs.GetValueOrDefault(thread) >= nowMs)
                    return;
                _busyUntilMs[thread] = nowMs + act.TookMs;
            }
            long endMs = nowMs + act.TookMs;
            switch (act.Kind)
            {
                case ActKind.Open:
                    string opened = $"{pid}-{_opened++}";
                    Add(nowMs, thread, $"open begin {opened}");
                    Add(endMs, thread, "open end 9");
                    _heldFromMs[opened] = endMs;
                    break;
                case ActKind.Close when _heldFromMs.FirstOrDefault(h => h.Value < nowMs).Key is { } device:
                    _heldFromMs.Remove(device);
                    Add(nowMs, thread, $"release begin {device}");
                    Add(endMs, thread, "release end");
                    break;
                case ActKind.Reset:
                    Add(nowMs, thread, $"reset begin function {pid}-0");
                    Add(endMs, thread, "reset end function 0");
                    break;
                case ActKind.Part:
                    Add(nowMs, thread, $"teardown begin {(act.Number % 2 == 0 ? "iommu" : "kvm")}");
                    Add(endMs, thread, $"teardown end {(act.Number % 2 == 0 ? "iommu" : "kvm")}");
                    break;
                case ActKind.Signal:
                    events.Add((nowMs, $"1/1 kill signal {(act.Number % 4 == 0 ? 1 : 15)} to {pid}/{pid} vmm"));
                    break;
                case ActKind.Exit:
                    Exit(act, nowMs, events);
                    break;
            }
        }

        private void Exit(Act act, long nowMs, List<(long AtMs, string Text)> events)
        {
            bool killed = act.Number % 3 == 0;
            if (killed)
                events.Add((nowMs, $"1/1 kill signal 9 to {pid}/{pid} vmm"));
            events.Add((nowMs, $"{pid}/{pid} vmm exits {(killed ? 9 : 0)}"));
            // What threads are at they finish before they die.
            long at = Math.Max(nowMs, _busyUntilMs.Values.DefaultIfEmpty().Max()) + 1;
            foreach (string device in _heldFromMs.Keys)
            {
                events.Add((at, $"{pid}/{pid} vmm release begin {device} exiting"));
                events.Add((at += act.TookMs, $"{pid}/{pid} vmm release end"));
                at++;
            }
            events.Add((at, $"{pid}/{pid} vmm gone"));
            events.Add((DeadMs = at + 1, $"1/1 init reaped of {pid}/{pid} vmm"));
        }
    }
}
