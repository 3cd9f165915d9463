using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Profiler.Bpf.Ring;

namespace Profiler.Bpf.Tests.Ring;

/// <summary>Every record that is not discarded is read once, in the order of its begin.</summary>
public sealed class RingRecordsTests : IDisposable
{
    private readonly StandInRing _ring = new(4096);
    private readonly byte[] _batch = new byte[4096];

    public void Dispose() => _ring.Dispose();

    [Fact]
    public void Records_are_read_without_headers_and_discarded_ones_are_skipped()
    {
        var records = new RingRecords(_ring.Mapping);
        Assert.Equal(0, records.Read(_batch));
        Assert.True(_ring.Write([1, 2, 3]));
        Assert.True(_ring.Write([4], discard: true));
        Assert.True(_ring.Write([5, 6, 7, 8, 9, 10, 11, 12]));
        Assert.Equal([1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12], Read(records));
        Assert.True(records.IsEmpty);
    }

    [Fact]
    public void Nothing_is_read_from_a_record_that_is_still_being_written_on()
    {
        var records = new RingRecords(_ring.Mapping);
        Assert.True(_ring.Write([1]));
        nint busy = _ring.Reserve(2)!.Value;
        Assert.True(_ring.Write([4]));
        Assert.Equal([1], Read(records));
        Assert.Equal([], Read(records));
        Assert.False(records.IsEmpty);
        StandInRing.DataOf(busy).Fill(2);
        StandInRing.Commit(busy);
        Assert.Equal([2, 2, 4], Read(records));
    }

    [Fact]
    public void A_busy_record_without_data_is_not_read()
    {
        var records = new RingRecords(_ring.Mapping);
        nint busy = _ring.Reserve(0)!.Value;
        Assert.Equal([], Read(records));
        Assert.False(records.IsEmpty);
        StandInRing.Commit(busy);
        Assert.Equal([], Read(records));
        Assert.True(records.IsEmpty);
    }

    [Fact]
    public void A_record_across_the_end_is_in_one_piece()
    {
        var records = new RingRecords(_ring.Mapping);
        Assert.True(_ring.Write(new byte[4000]));
        Assert.Equal(4000, records.Read(_batch));
        byte[] across = [.. Enumerable.Range(0, 200).Select(i => (byte)i)];
        Assert.True(_ring.Write(across));
        Assert.Equal(across, Read(records));
    }

    [Fact]
    public void A_full_batch_leaves_the_rest_for_the_next()
    {
        var records = new RingRecords(_ring.Mapping);
        Assert.True(_ring.Write([1, 1]) && _ring.Write([2, 2]) && _ring.Write([3, 3]));
        var small = new byte[5];
        Assert.Equal(4, records.Read(small));
        Assert.Equal([3, 3], Read(records));
    }

    [Fact]
    public void A_record_that_fits_into_no_batch_is_an_error()
    {
        var records = new RingRecords(_ring.Mapping);
        Assert.True(_ring.Write(new byte[6]));
        Assert.Contains("larger than a batch", Assert.Throws<BpfException>(() => records.Read(new byte[5])).Message);
    }

    [Fact]
    public unsafe void A_length_beyond_the_last_record_is_an_error()
    {
        var records = new RingRecords(_ring.Mapping);
        nint record = _ring.Reserve(8)!.Value;
        *(uint*)record = 0x3fff_fff0;
        Assert.Contains("damaged", Assert.Throws<BpfException>(() => records.Read(_batch)).Message);
    }

    // Programs on several CPUs: their records begin in one order and end in another. The reader reads at any moment, with batches
    // of any size, and the positions pass 2^32 as well as the end of the data.
    [Fact]
    public void Random_interleavings_lose_nothing_and_repeat_nothing()
    {
        for (int seed = 0; seed < 2000; seed++)
            Interleave(new Random(seed));
    }

    private void Interleave(Random random)
    {
        using var ring = new StandInRing(4096, uint.MaxValue - 4095UL);
        var records = new RingRecords(ring.Mapping);
        var busy = new List<(nint Record, int Id, bool Discard)>();
        var expected = new List<int>();
        var received = new List<int>();
        int id = 0;
        for (int step = 0; step < 300; step++)
        {
            switch (random.Next(4))
            {
                case 0 or 1 when ring.Reserve(8 + 99 * random.Next(4)) is { } record:
                    bool discard = random.Next(4) == 0;
                    Span<byte> data = StandInRing.DataOf(record);
                    BinaryPrimitives.WriteInt32LittleEndian(data, id);
                    BinaryPrimitives.WriteInt32LittleEndian(data[4..], data.Length);
                    data[8..].Fill((byte)id);
                    busy.Add((record, id, discard));
                    if (!discard)
                        expected.Add(id);
                    id++;
                    break;
                case 2 when busy.Count > 0:
                    int which = random.Next(busy.Count);
                    StandInRing.Commit(busy[which].Record, busy[which].Discard);
                    busy.RemoveAt(which);
                    break;
                case 3:
                    Take(records, random.Next(310, 1000), received);
                    // All before the first busy one that there was room for.
                    Assert.Equal(expected.Take(received.Count), received);
                    Assert.All(busy, b => Assert.DoesNotContain(b.Id, received));
                    break;
            }
        }
        foreach ((nint record, _, bool discard) in busy)
            StandInRing.Commit(record, discard);
        while (!records.IsEmpty)
            Take(records, 1000, received);
        Assert.Equal(expected, received);
    }

    private static void Take(RingRecords records, int batchBytes, List<int> received)
    {
        Span<byte> batch = new byte[batchBytes];
        for (Span<byte> rest = batch[..records.Read(batch)]; !rest.IsEmpty;)
        {
            int id = BinaryPrimitives.ReadInt32LittleEndian(rest), length = BinaryPrimitives.ReadInt32LittleEndian(rest[4..]);
            Assert.Equal(-1, rest[8..length].IndexOfAnyExcept((byte)id));
            received.Add(id);
            rest = rest[length..];
        }
    }

    [Fact]
    public async Task A_writer_on_another_thread_is_never_ahead_of_its_data()
    {
        const int Count = 50_000;
        var writer = Task.Run(() =>
        {
            Span<byte> data = stackalloc byte[104];
            for (int id = 0; id < Count; id++)
            {
                MemoryMarshal.Cast<byte, int>(data).Fill(id);
                for (var full = new SpinWait(); !_ring.Write(data); full.SpinOnce())
                {
                }
            }
        });
        var records = new RingRecords(_ring.Mapping);
        int next = 0;
        for (var empty = new SpinWait(); next < Count; empty.SpinOnce())
        {
            int length = records.Read(_batch);
            for (int at = 0; at < length; at += 104, next++)
                Assert.Equal(-1, MemoryMarshal.Cast<byte, int>(_batch.AsSpan(at, 104)).IndexOfAnyExcept(next));
        }
        await writer;
        Assert.True(records.IsEmpty);
    }

    private byte[] Read(RingRecords records) => _batch[..records.Read(_batch)];
}
