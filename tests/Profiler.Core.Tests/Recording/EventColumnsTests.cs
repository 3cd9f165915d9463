using FsCheck;
using FsCheck.Fluent;
using Profiler.Core.Recording;
using Profiler.Core.Wire;

namespace Profiler.Core.Tests.Recording;

/// <summary>The order in which events are compressed.</summary>
public sealed class EventColumnsTests
{
    [Fact]
    public void Any_bytes_come_back_as_they_were() => Prop.ForAll(
        Gen.Choose(0, 5000).ToArbitrary(), Gen.Choose(0, 40).ToArbitrary(), (seed, count) =>
        {
            byte[] records = RandomEvents.Noise(seed, count);
            var columns = new byte[count * EventColumns.MaxSize];
            ulong writtenNs = 5, readNs = 5;
            int length = EventColumns.Encode(records, ref writtenNs, columns);
            var back = new byte[records.Length];
            return EventColumns.TryDecode(columns.AsSpan(0, length), ref readNs, back) && back.AsSpan().SequenceEqual(records) &&
                readNs == writtenNs;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_bytes_are_as_documented()
    {
        var records = new byte[2 * WireEvent.Size];
        BitConverter.TryWriteBytes(records, 1000UL);
        BitConverter.TryWriteBytes(records.AsSpan(WireEvent.Size), 999UL);
        records[8] = 0xaa;
        records[^1] = 0xbb;
        var columns = new byte[2 * EventColumns.MaxSize];
        ulong timeNs = 0;
        Assert.Equal(3 + 2 * 96, EventColumns.Encode(records, ref timeNs, columns));
        // 1000 is 2000 in zigzag, and so d0 0f in LEB128; -1 is 1.
        Assert.Equal([0xd0, 0x0f, 0x01, 0xaa], columns[..4]);
        Assert.Equal(0xbb, columns[3 + 2 * 96 - 1]);
        Assert.Equal(999UL, timeNs);
    }

    [Fact]
    public void Other_bytes_are_refused_or_are_that_many_events() => Prop.ForAll(
        Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf().ToArbitrary(), Gen.Choose(0, 3).ToArbitrary(), (bytes, count) =>
        {
            ulong timeNs = 0;
            bool read = EventColumns.TryDecode(bytes, ref timeNs, new byte[count * WireEvent.Size]);
            return !read || (bytes.Length >= count * 97 && bytes.Length <= count * EventColumns.MaxSize);
        }).QuickCheckThrowOnFailure();
}
