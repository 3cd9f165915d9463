using FsCheck;
using FsCheck.Fluent;
using Profiler.Core.Recording;
using Profiler.Core.Wire;
using Profiler.Tests.Support;
using ZstdSharp;

namespace Profiler.Core.Tests.Recording;

/// <summary>Events in compressed frames: what is packed is unpacked, and what is not is counted.</summary>
public sealed class EventBlocksTests
{
    private static readonly Arbitrary<int[]> Sizes = Gen.Choose(1, EventBlocks.MaxFrameEvents).NonEmptyListOf().Select(l => l.Take(12).ToArray()).ToArbitrary();

    private static readonly Arbitrary<int[]> SmallSizes = Gen.Choose(1, 60).NonEmptyListOf().Select(l => l.Take(30).ToArray()).ToArbitrary();

    [Fact]
    public void What_is_packed_is_unpacked_whatever_it_is() => Prop.ForAll(Sizes, sizes =>
    {
        using var unpacker = new EventUnpacker();
        foreach (Frame frame in Pack(sizes, RandomEvents.Noise))
        {
            if (!unpacker.TryUnpack(frame.Payload, frame.Begins, out ReadOnlyMemory<byte> records) || !records.Span.SequenceEqual(frame.Records))
                return false;
        }
        return unpacker.Missing == 0 && unpacker.Numbered == sizes.Sum();
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Without_any_frames_the_others_of_their_blocks_are_missing_and_counted() => Prop.ForAll(
        SmallSizes, Gen.Choose(0, int.MaxValue).ToArbitrary(), (sizes, seed) =>
        {
            var random = new Random(seed);
            using var unpacker = new EventUnpacker();
            long read = 0;
            bool broken = false, right = true;
            foreach (Frame frame in Pack(sizes, RandomEvents.Some))
            {
                broken &= !frame.Begins;
                if (random.Next(5) == 0)
                {
                    broken = true;
                    continue;
                }
                right &= unpacker.TryUnpack(frame.Payload, frame.Begins, out ReadOnlyMemory<byte> records);
                right &= records.Span.SequenceEqual(broken ? [] : frame.Records);
                read += records.Length / WireEvent.Size;
            }
            unpacker.EndsAt(sizes.Sum());
            return right && read + unpacker.Missing == sizes.Sum();
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_block_ends_with_256_events_and_the_next_needs_nothing_of_it()
    {
        Frame[] frames = Pack([10, 245, 1, 256, 255, 700, 3], RandomEvents.Some);
        Assert.Equal([true, false, false, true, true, false, true], frames.Select(f => f.Begins));
        foreach (Frame begin in frames.Where(f => f.Begins))
        {
            using var unpacker = new EventUnpacker();
            Assert.True(unpacker.TryUnpack(begin.Payload, begins: true, out ReadOnlyMemory<byte> records));
            Assert.Equal(begin.Records, records.ToArray());
        }
    }

    [Fact]
    public void A_block_is_one_Zstandard_frame()
    {
        Frame[] frames = Pack([100, 100, 100], RandomEvents.Some);
        byte[] block = [.. frames.SelectMany(f => f.Payload[EventBlocks.PrefixLength..])];
        using var columns = new MemoryStream();
        using var decompression = new DecompressionStream(new MemoryStream(block));
        decompression.CopyTo(columns);
        Assert.Equal(0xfd2fb528, BitConverter.ToUInt32(block));
        Assert.InRange(columns.Length, 300 * 97, 300 * EventColumns.MaxSize);
    }

    [Fact]
    public void Any_payload_is_refused_or_is_as_many_events_as_it_says() => Prop.ForAll(
        Gen.Choose(0, 100_000).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            byte[] payload = Pack([20], RandomEvents.Some)[0].Payload;
            for (int changes = random.Next(1, 4); changes > 0; changes--)
                payload[random.Next(6, payload.Length)] = (byte)random.Next(256);
            using var unpacker = new EventUnpacker();
            bool read = unpacker.TryUnpack(payload, begins: true, out ReadOnlyMemory<byte> records);
            return read ? records.Length == 20 * WireEvent.Size && unpacker.Missing == 0 : records.IsEmpty && unpacker.Missing == 20;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, EventBlocks.MaxFrameEvents + 1)]
    [InlineData(uint.MaxValue, 1)]
    public void A_frame_of_impossible_numbers_is_refused_and_changes_none(uint first, ushort events)
    {
        byte[] payload = Pack([5], RandomEvents.Some)[0].Payload;
        BitConverter.TryWriteBytes(payload, first);
        BitConverter.TryWriteBytes(payload.AsSpan(4), events);
        using var unpacker = new EventUnpacker();
        Assert.False(unpacker.TryUnpack(payload, begins: true, out _));
        Assert.Equal((0, 0), (unpacker.Missing, unpacker.Numbered));
    }

    [Fact]
    public void What_decompresses_to_more_than_it_says_is_refused_and_takes_no_memory()
    {
        using var compressor = new Compressor(3);
        byte[] payload = [0, 0, 0, 0, 1, 0, .. compressor.Wrap(new byte[64 << 20])];
        EventUnpacker[] unpackers = [.. Enumerable.Range(0, 10).Select(_ => new EventUnpacker())];
        Assert.InRange(Allocations.Least(i => Assert.False(unpackers[i].TryUnpack(payload, begins: true, out _)), unpackers.Length), 0, 4096);
        Assert.All(unpackers, u => Assert.Equal(1, u.Missing));
        Array.ForEach(unpackers, u => u.Dispose());
    }

    [Fact]
    public void Nothing_is_allocated_for_an_event()
    {
        using var packer = new EventPacker();
        using var unpacker = new EventUnpacker();
        byte[] records = RandomEvents.Some(1, EventBlocks.MaxFrameEvents);
        Assert.Equal(0, Allocations.Least(_ =>
        {
            bool begins = packer.BeginsBlock;
            packer.Take(records);
            Assert.True(unpacker.TryUnpack(packer.Pack(), begins, out ReadOnlyMemory<byte> _));
        }));
    }

    private static Frame[] Pack(int[] sizes, Func<int, int, byte[]> events)
    {
        using var packer = new EventPacker();
        var frames = new List<Frame>();
        foreach (int size in sizes)
        {
            byte[] records = events(frames.Count, size);
            bool begins = packer.BeginsBlock;
            Assert.Equal(records.Length, packer.Take(records));
            frames.Add(new Frame(packer.Pack().ToArray(), begins, records));
        }
        return [.. frames];
    }

    private sealed record Frame(byte[] Payload, bool Begins, byte[] Records);
}
