using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using Profiler.Core.Wire;

namespace Profiler.Core.Tests.Wire;

public sealed class EventDecoderTests
{
    private static readonly Gen<WireEvent> AnyEvent =
        from kind in Gen.Elements(Enum.GetValues<EventKind>())
        from edge in Gen.Elements(Enum.GetValues<EventEdge>())
        from subtype in Gen.Choose(0, EventDecoder.LastSubtype(kind))
        from time in Gen.Choose(0, int.MaxValue)
        from comm in Gen.Elements("qemu", "", "a name too long for the kernel", "naïve")
        select new WireEvent { Kind = kind, Edge = edge, Subtype = (byte)subtype, TimeNs = (ulong)time, Comm = Name16.From(comm) };

    [Fact]
    public void What_is_encoded_is_decoded_and_counted_by_kind() => Prop.ForAll(
        AnyEvent.ArrayOf().ToArbitrary(),
        events =>
        {
            var decoder = new EventDecoder();
            ReadOnlySpan<WireEvent> decoded = decoder.Decode(MemoryMarshal.AsBytes(events.AsSpan()).ToArray()).Events;
            bool same = decoded.Length == events.Length;
            for (int i = 0; same && i < events.Length; i++)
                same = decoded[i].TimeNs == events[i].TimeNs && decoded[i].Kind == events[i].Kind && decoded[i].Comm == events[i].Comm;
            return same && decoder.Received.Sum() == events.Length &&
                Enum.GetValues<EventKind>().All(k => decoder.Received[(int)k] == events.Count(e => e.Kind == k));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Arbitrary_bytes_are_either_events_or_an_error_never_anything_else() => Prop.ForAll(
        Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf().ToArbitrary(),
        bytes =>
        {
            try
            {
                new EventDecoder().Decode(bytes);
                return bytes.Length % WireEvent.Size == 0;
            }
            catch (InvalidDataException)
            {
                return true;
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Half_an_event_is_an_error() =>
        Assert.Throws<InvalidDataException>(() => new EventDecoder().Decode(new byte[WireEvent.Size + 1]));

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 3, 0)]
    [InlineData(4, 1, 15)]
    [InlineData(3, 1, 4)]
    [InlineData(6, 0, 4)]
    [InlineData(7, 1, 7)]
    [InlineData(8, 1, 8)]
    [InlineData(9, 0, 3)]
    [InlineData(10, 0, 0)]
    public void An_event_of_an_unknown_kind_edge_or_subtype_is_an_error(byte kind, byte edge, byte subtype)
    {
        var bytes = new byte[WireEvent.Size];
        MemoryMarshal.Write(bytes, new WireEvent { Kind = (EventKind)kind, Edge = (EventEdge)edge, Subtype = subtype });
        Assert.Throws<InvalidDataException>(() => new EventDecoder().Decode(bytes));
    }

    [Fact]
    public void Names_are_cut_to_fit_and_cleaned_when_shown()
    {
        Assert.Equal("a name too long", Name16.From("a name too long for the kernel").ToString());
        Assert.Equal("a?[2Jb", Name16.From("a\u001b[2Jb").ToString());
        Assert.Equal("", default(Name16).ToString());
    }
}
