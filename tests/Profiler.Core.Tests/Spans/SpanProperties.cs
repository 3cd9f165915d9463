using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using Profiler.Core.Spans;
using Profiler.Core.Wire;
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
        select new WireEvent
        {
            Kind = kind,
            Edge = edge,
            Subtype = (byte)subtype,
            Stack = WireEvent.NoStack,
            Tid = (uint)tid,
            Tgid = (uint)(tid + 1) / 2,
            Lock = (ulong)lockAddress,
            Peer = new WirePeer { Tid = (uint)holder, Tgid = (uint)holder },
            Device = Name16.From($"0000:0{tid}:00.0"),
        };

    private static readonly Arbitrary<WireEvent[]> AnyEvents = AnyEvent.ArrayOf().Select(Timed).ToArbitrary();

    [Fact]
    public void Parts_lie_within_the_whole_and_holders_cover_the_wait() => Prop.ForAll(AnyEvents, events =>
        Assemble(events).OfType<Operation>().All(o =>
            o.Resets.All(r => Within(r.Time, o.Time) && r.Parts.All(p => Within(p.Time, r.Time))) &&
            o.LockWaits.All(w => Within(w.Time, o.Time) && w.Holders.Sum(h => h.Ns) == w.Time.DurationNs)))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Every_release_and_open_that_began_ended_is_under_way_or_is_counted() => Prop.ForAll(AnyEvents, events =>
    {
        var assembler = new SpanAssembler();
        int done = assembler.Assemble(Batch(events)).OfType<Operation>().Count();
        int begun = events.Count(e => e is { Kind: EventKind.Release or EventKind.Open, Edge: EventEdge.Begin });
        return done + assembler.InFlight().Length + assembler.Unmatched >= begun && done + assembler.InFlight().Length <= begun;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Batches_may_be_cut_anywhere() => Prop.ForAll(AnyEvents, Gen.Choose(1, 7).ToArbitrary(), (events, size) =>
    {
        var assembler = new SpanAssembler();
        int inPieces = events.Chunk(size).Sum(piece => assembler.Assemble(Batch(piece)).Count());
        return inPieces == Assemble(events).Count;
    }).QuickCheckThrowOnFailure();

    private static bool Within(Interval inner, Interval outer) => inner.StartNs >= outer.StartNs && inner.EndNs <= outer.EndNs;

    private static List<Activity> Assemble(WireEvent[] events) => [.. new SpanAssembler().Assemble(Batch(events))];

    private static EventBatch Batch(WireEvent[] events) => new(MemoryMarshal.AsBytes(events.AsSpan()).ToArray());

    private static WireEvent[] Timed(WireEvent[] events)
    {
        for (int i = 0; i < events.Length; i++)
            events[i].TimeNs = (ulong)i + 1;
        return events;
    }
}
