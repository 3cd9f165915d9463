using System.Runtime.InteropServices;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Profiler.Core.Spans;
using Profiler.Core.Wire;
using Profiler.Tests.Support;
using Interval = Profiler.Core.Spans.Interval;

namespace Profiler.Core.Tests.Spans;

/// <summary>Whatever comes, in whatever order: nothing breaks, and what adds up goes on adding up.</summary>
public sealed class SpanProperties
{
    // Few threads, devices and locks, so that they meet.
    private static readonly Gen<WireEvent> AnyEvent =
        from kind in Gen.Elements(Enum.GetValues<EventKind>())
        from edge in Gen.Elements(EventEdge.Begin, EventEdge.End)
        from subtype in Gen.Choose(0, EventDecoder.LastSubtype(kind))
        from tid in Gen.Choose(1, 4)
        from lockAddress in Gen.Choose(1, 2)
        from holder in Gen.Choose(0, 4)
        from writer in Gen.Elements(EventFlags.None, EventFlags.Writer)
        select new WireEvent
        {
            Kind = kind,
            Edge = edge,
            Subtype = (byte)subtype,
            Stack = WireEvent.NoStack,
            Tid = (uint)tid,
            Tgid = (uint)(tid + 1) / 2,
            Lock = (ulong)lockAddress,
            Flags = kind == EventKind.LockWait ? writer : EventFlags.None,
            Peer = new WirePeer { Tid = (uint)holder, Tgid = (uint)holder },
            Device = Name16.From($"0000:0{tid}:00.0"),
        };

    private static readonly Arbitrary<WireEvent[]> AnyEvents = AnyEvent.ArrayOf().Select(Timed).ToArbitrary();

    // The former assembler did not know resets that programs ask for.
    private static readonly Arbitrary<WireEvent[]> FormerEvents =
        AnyEvent.Where(e => e.Kind != EventKind.UserReset).ArrayOf().Select(Timed).ToArbitrary();

    [Fact]
    public void Parts_lie_within_the_whole_and_holders_cover_the_wait() => Prop.ForAll(AnyEvents, events =>
        Played.Activities(events).OfType<Operation>().All(o =>
            o.Resets.All(r => Within(r.Time, o.Time) && r.Parts.All(p => Within(p.Time, r.Time))) &&
            o.LockWaits.All(w => Within(w.Time, o.Time) && w.Holders.Sum(h => h.Ns) == w.Time.DurationNs)))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void The_attempts_of_a_reset_fill_it_one_after_another() => Prop.ForAll(AnyEvents, events =>
        Played.Activities(events).Select(a => a switch { Operation o => o.Resets, StandaloneReset r => [r.Reset], _ => [] }).SelectMany(r => r).All(r =>
            r.Attempts.Zip(r.Attempts.Skip(1), (one, next) => one.Time.EndNs == next.Time.StartNs).All(follows => follows) &&
            (r.Attempts.IsEmpty ? r.Result != 0
                : r.Attempts[0].Time.StartNs == r.Time.StartNs && (r.Result != 0 || (r.Attempts[^1].Time.EndNs == r.Time.EndNs && r.Attempts[^1].Result == 0)))))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Every_operation_that_began_ended_is_under_way_or_is_counted() => Prop.ForAll(AnyEvents, events =>
    {
        var assembler = new SpanAssembler();
        int done = Played.Activities(events, assembler).OfType<Operation>().Count();
        int begun = events.Count(e => e is { Kind: EventKind.Release or EventKind.Open or EventKind.UserReset, Edge: EventEdge.Begin });
        return done + assembler.InFlight().Length + assembler.Unmatched >= begun && done + assembler.InFlight().Length <= begun;
    }).QuickCheckThrowOnFailure();

    /// <summary>The former assembler kept a list of turns for each waiter; the results are the same to the nanosecond.</summary>
    [Fact]
    public void Activities_and_what_is_in_progress_are_those_of_the_former_assembler() => Prop.ForAll(FormerEvents, events =>
    {
        var assembler = new SpanAssembler();
        var former = new Former.SpanAssembler();
        foreach (WireEvent[] one in events.Where(e => e.Kind != EventKind.Start).Chunk(1)) // it did not know them
        {
            Assert.Equal(former.Assemble(Batch(one)).Select(Told), Played.Activities(one, assembler).Select(Told));
            Assert.Equal(former.InFlight().Select(Told), assembler.InFlight().Select(Told));
            Assert.Equal(former.TeardownsInFlight().Select(Told), assembler.TeardownsInFlight().Select(Told));
            Assert.Equal(former.Unmatched, assembler.Unmatched);
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000).WithEndSize(200));

    /// <summary>So many wait that they share the log of the lock; they are told when all is over.</summary>
    [Fact]
    public void Holders_of_a_crowd_are_those_of_the_former_assembler()
    {
        var events = new List<WireEvent>();
        Crowds.Waiters(events, 100, 60, 0);
        WireEvent[] all = [.. events];
        List<Activity> done = Played.Activities(all);
        Assert.Equal(new Former.SpanAssembler().Assemble(Batch(all)).Select(Told), done.Select(Told));
    }

    private static bool Within(Interval inner, Interval outer) => inner.StartNs >= outer.StartNs && inner.EndNs <= outer.EndNs;

    private static string Told(object what) => JsonSerializer.Serialize(WithoutAttempts(what), what.GetType());

    // The former assembler did not know them.
    private static object WithoutAttempts(object what) => what switch
    {
        Operation o => o with { Resets = [.. o.Resets.Select(r => r with { Method = ResetMethod.Unknown, FailedBefore = [] })] },
        StandaloneReset r => r with { Reset = r.Reset with { Method = ResetMethod.Unknown, FailedBefore = [] } },
        OperationInFlight o => o with { Method = ResetMethod.Unknown, FailedAttempts = [] },
        _ => what,
    };

    private static EventBatch Batch(WireEvent[] events) => new(MemoryMarshal.AsBytes(events.AsSpan()).ToArray());

    private static WireEvent[] Timed(WireEvent[] events)
    {
        for (int i = 0; i < events.Length; i++)
            events[i].TimeNs = (ulong)i + 1;
        return events;
    }
}
