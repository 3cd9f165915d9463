using Profiler.Bpf.Native;
using Profiler.Bpf.Objects;

namespace Profiler.Bpf.Tests.Ring;

/// <summary>A reader of somebody else's ring buffer gets each record by itself.</summary>
public sealed class RingReaderTests : IDisposable
{
    private readonly StandInRing _ring = new(4096);
    private readonly RingReader _reader;
    private readonly List<byte[]> _received = [];

    public RingReaderTests() => _reader = new RingReader(_ring.Mapping, LibC.eventfd(1, LibC.EFD_CLOEXEC));

    public void Dispose() => _reader.Dispose();

    private int Poll() => _reader.Poll(TimeSpan.Zero, record => _received.Add(record.ToArray()));

    [Fact]
    public void Each_record_comes_by_itself_and_discarded_ones_do_not_come()
    {
        Assert.True(_ring.Write([1, 2, 3]) && _ring.Write([4], discard: true) && _ring.Write([]) && _ring.Write([5]));
        Assert.Equal(3, Poll());
        Assert.Equal([[1, 2, 3], [], [5]], _received);
        Assert.Equal(0, Poll());
    }

    [Fact]
    public void What_follows_a_record_that_is_still_being_written_waits_for_it()
    {
        nint busy = _ring.Reserve(1)!.Value;
        Assert.True(_ring.Write([2]));
        Assert.Equal(0, Poll());
        StandInRing.DataOf(busy).Fill(1);
        StandInRing.Commit(busy);
        Assert.Equal(2, Poll());
        Assert.Equal([[1], [2]], _received);
    }

    [Fact]
    public void Space_is_returned_so_that_more_than_the_ring_buffer_holds_comes_through()
    {
        for (int i = 0; i < 100; i++)
        {
            Assert.True(_ring.Write(Enumerable.Repeat((byte)i, 1001).ToArray()));
            Assert.Equal(1, Poll());
        }
        Assert.Equal(Enumerable.Range(0, 100), _received.Select(r => (int)r[1000]));
    }

    [Fact]
    public void A_record_for_which_the_handler_throws_is_not_delivered_again()
    {
        Assert.True(_ring.Write([1]) && _ring.Write([2]));
        Assert.Throws<InvalidDataException>(() => _reader.Poll(TimeSpan.Zero, _ => throw new InvalidDataException()));
        Assert.Equal(1, Poll());
        Assert.Equal([[2]], _received);
    }
}
