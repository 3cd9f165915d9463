using System.IO.Hashing;
using Profiler.Core.Recording;

namespace Profiler.Core.Tests.Recording;

/// <summary>The bytes are where docs/recording-format.md says: read here without the reader's help.</summary>
public sealed class LayoutTests
{
    private static readonly byte[] File = DamagedRecording.Whole;

    [Fact]
    public void The_file_begins_with_its_name_and_format() => Assert.Equal("vfioscp\u0003"u8.ToArray(), File[..8]);

    [Fact]
    public void A_frame_has_marker_kind_number_length_and_two_checksums()
    {
        int at = 8;
        for (uint number = 0; at < File.Length; number++)
        {
            Assert.Equal([0xf5, .. "vfs"u8], File[at..(at + 4)]);
            Assert.InRange(BitConverter.ToUInt32(File, at + 4), 1u, 11u);
            Assert.Equal(number, BitConverter.ToUInt32(File, at + 8));
            int length = BitConverter.ToInt32(File, at + 12);
            Assert.Equal(Crc32.HashToUInt32(File.AsSpan(at + 24, length)), BitConverter.ToUInt32(File, at + 16));
            Assert.Equal(Crc32.HashToUInt32(File.AsSpan(at, 20)), BitConverter.ToUInt32(File, at + 20));
            at += 24 + length;
        }
        Assert.Equal(File.Length, at);
    }

    [Fact]
    public void A_frame_of_events_has_the_number_of_its_first_event_and_how_many_they_are()
    {
        Assert.Equal((0u, 300), Events(Kind(9)[0]));
        Assert.Equal((300u, 40), Events(Kind(9)[1]));
        Assert.Equal([0x28, 0xb5, 0x2f, 0xfd], File[(Kind(9)[1] + 30)..(Kind(9)[1] + 34)]);
        Assert.Equal((340u, 30), Events(Kind(10)[0]));
    }

    [Fact]
    public void The_index_is_found_from_the_end_of_the_file()
    {
        int length = BitConverter.ToInt32(File, File.Length - 4);
        int header = File.Length - length - 24;
        Assert.Equal(11, BitConverter.ToInt32(File, header + 4));
        Assert.Equal(640, BitConverter.ToInt64(File, File.Length - 12));
        Assert.Equal(12 + 24 * Kind(9).Length, length);
        for (int i = 0; i < Kind(9).Length; i++)
        {
            int entry = header + 24 + 24 * i;
            Assert.Equal(Kind(9)[i], BitConverter.ToInt64(File, entry));
            Assert.Equal(Events(Kind(9)[i]).First, BitConverter.ToInt64(File, entry + 8));
        }
        Assert.Equal(BitConverter.ToInt64(RandomEvents.Some(1, 640)), BitConverter.ToInt64(File, header + 24 + 16));
    }

    [Fact]
    public void The_index_of_a_large_recording_is_bounded_and_spread_over_it()
    {
        var builder = new IndexBuilder();
        for (int i = 0; i < 100_000; i++)
            builder.Add(new IndexEntry(i, i, i));
        RecordingIndex index = RecordingIndex.Read(builder.Build(100_000).ToPayload())!;
        Assert.InRange(index.Entries.Length, IndexBuilder.MaxEntries / 2, IndexBuilder.MaxEntries);
        long[] steps = [.. index.Entries.Zip(index.Entries.Skip(1), (a, b) => b.Offset - a.Offset).Distinct()];
        Assert.Equal([32], steps);
        Assert.Equal((0, 100_000), (index.Entries[0].Offset, index.Events));
    }

    private static (uint First, int Count) Events(int frame) =>
        (BitConverter.ToUInt32(File, frame + 24), BitConverter.ToUInt16(File, frame + 28));

    private static int[] Kind(int kind) =>
        [.. DamagedRecording.Parts.Select(p => p.Start.Value).Where(at => BitConverter.ToInt32(File, at + 4) == kind)];
}
