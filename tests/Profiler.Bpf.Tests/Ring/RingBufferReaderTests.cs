using Profiler.Bpf.Native;
using Profiler.Bpf.Ring;

namespace Profiler.Bpf.Tests.Ring;

/// <summary>Batches out of a ring buffer. An event counter takes the place of its file descriptor: readable or not.</summary>
public sealed class RingBufferReaderTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly StandInRing _ring = new(4096);
    private readonly RingBufferReader _reader;
    private readonly List<byte> _received = [];
    private bool _completed;
    private long _now;

    public RingBufferReaderTests()
    {
        _reader = new RingBufferReader(_ring.Mapping, LibC.eventfd(1, LibC.EFD_CLOEXEC), () => _now);
        _reader.Records.Subscribe(batch => _received.AddRange(batch.Span), () => _completed = true);
    }

    public void Dispose() => _reader.Dispose();

    [Fact]
    public void All_available_records_are_delivered()
    {
        Assert.True(_ring.Write([1]) && _ring.Write([2], discard: true) && _ring.Write([3]));
        _reader.Poll(Hour);
        Assert.Equal([1, 3], _received);
    }

    [Fact]
    public void While_records_wait_or_are_being_delivered_time_stands_still()
    {
        _now = 5;
        Assert.Equal(5, _reader.DeliveredUntilNs);
        Assert.True(_ring.Write([1]));
        _now = 6;
        Assert.Equal(0, _reader.DeliveredUntilNs);
        long during = -1;
        using IDisposable looking = _reader.Records.Subscribe(_ => during = _reader.DeliveredUntilNs);
        _reader.Poll(Hour);
        Assert.Equal(0, during);
        _now = 7;
        Assert.Equal(7, _reader.DeliveredUntilNs);
        Assert.True(_ring.Write([2]));
        _now = 8;
        Assert.Equal(6, _reader.DeliveredUntilNs);
    }

    [Fact]
    public void Completing_delivers_what_is_left()
    {
        Assert.True(_ring.Write([1]));
        _reader.Complete();
        Assert.Equal([1], _received);
        Assert.True(_completed);
    }

    [Fact]
    public async Task Completing_waits_for_a_record_that_is_still_being_written()
    {
        nint busy = _ring.Reserve(1)!.Value;
        var completing = Task.Run(_reader.Complete);
        StandInRing.DataOf(busy)[0] = 7;
        StandInRing.Commit(busy);
        await completing;
        Assert.Equal([7], _received);
    }

    [Fact]
    public void An_interrupt_ends_this_wait_and_all_later_ones()
    {
        using var ring = new StandInRing(4096);
        using var reader = new RingBufferReader(ring.Mapping, LibC.eventfd(0, LibC.EFD_CLOEXEC), () => 0);
        var interrupter = new Thread(reader.Interrupt);
        interrupter.Start();
        reader.Poll(Hour);
        reader.Poll(Hour);
        interrupter.Join();
    }

    [Fact]
    public void What_is_no_ring_buffer_is_an_error() =>
        Assert.Contains("cannot be read", Assert.Throws<BpfException>(() => new RingBufferReader(0, () => 0)).Message);
}
