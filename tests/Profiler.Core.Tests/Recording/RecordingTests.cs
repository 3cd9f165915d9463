using System.Text;
using Profiler.Core.Facts;
using Profiler.Core.Problems;
using Profiler.Core.Recording;
using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Recording;

public sealed class RecordingTests
{
    private static readonly CaptureInfo Info = new(
        WireEvent.Format, "6.12.0", "host", DateTimeOffset.UnixEpoch, 5,
        [new ProbeInfo("release", "vfio_device_fops_release", "fentry", true, 0, "fentry")])
    {
        Problems = [new Problem("probe_may_miss", null, "lock")],
    };

    private static readonly CaptureEnd End = new(9, [new EventCount("release", 3, 2, 1)], Info.Probes)
    {
        Problems = [new Problem("probe_may_miss", null, "lock"), new Problem("ends_lost", 2)],
    };

    private static readonly DeviceIdentity Device = new(
        "0000:01:00.0", "10de", "2330", "NVIDIA Corporation", null, "030200", 14, "vfio-pci", ["flr", "bus"], ["0000:01:00.1"]);

    private static readonly ReadOnlyMemory<byte> Events =
        EventText.Records("1.0 1/1 a release begin 0000:01:00.0\n2.0 1/1 a release end");

    [Fact]
    public void What_is_written_is_read()
    {
        RecordingReader reader = Open(Written());
        ReadOnlyMemory<byte>[] batches = [.. reader.Batches()];
        Assert.Equal(Events.ToArray(), Assert.Single(batches).ToArray());
        Assert.Equal(Info.Probes.AsEnumerable(), reader.Info.Probes);
        Assert.Equal((Info.Kernel, Info.Start, Info.StartNs), (reader.Info.Kernel, reader.Info.Start, reader.Info.StartNs));
        Assert.Equal((End.EndNs, End.Events[0]), (reader.End!.EndNs, reader.End.Events[0]));
        Assert.Equal("gpu-a", reader.Facts.VmNames[1]);
        DeviceIdentity device = reader.Facts.Devices["0000:01:00.0"];
        Assert.Equal(Device with { ResetMethods = device.ResetMethods, DevSetMates = device.DevSetMates }, device);
        Assert.Equal(["flr", "bus"], device.ResetMethods!);
        Assert.Equal(["0000:01:00.1"], device.DevSetMates);
        Assert.Empty(reader.Problems);
        Assert.Equal(End.Problems.AsEnumerable(), reader.AllProblems());
    }

    [Fact]
    public void A_device_is_JSON_in_snake_case() => Assert.Contains(
        """
        {"bdf":"0000:01:00.0","vendor_id":"10de","device_id":"2330","vendor":"NVIDIA Corporation","device":null,
        "class":"030200","iommu_group":14,"driver":"vfio-pci","reset_methods":["flr","bus"],"dev_set_mates":["0000:01:00.1"]}
        """.Replace("\n", "", StringComparison.Ordinal),
        Encoding.UTF8.GetString(Written()), StringComparison.Ordinal);

    [Fact]
    public void The_first_bytes_are_as_documented()
    {
        byte[] file = Written();
        Assert.Equal("vfioscp\u0002"u8.ToArray(), file[..8]);
        Assert.Equal([0xf5, .. "vfs"u8, 1, 0, 0, 0, 0, 0, 0, 0], file[8..20]);
        Assert.Equal(System.IO.Hashing.Crc32.HashToUInt32(file.AsSpan(8, 20)), BitConverter.ToUInt32(file, 28));
        int length = BitConverter.ToInt32(file, 20);
        Assert.Equal(System.IO.Hashing.Crc32.HashToUInt32(file.AsSpan(32, length)), BitConverter.ToUInt32(file, 24));
    }

    [Fact]
    public void What_was_known_comes_before_the_events_that_follow()
    {
        var order = new List<string>();
        RecordingReader reader = Open(Written());
        reader.Facts.Learned += fact => order.Add(fact.GetType().Name);
        foreach (ReadOnlyMemory<byte> _ in reader.Batches())
            order.Add("events");
        Assert.Equal(["ProcessIdentity", "DeviceIdentity", "ProcessAtStart", "events"], order);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"bdf":null,"vendor_id":"10de"}""")]
    [InlineData("""{"bdf":"a","vendor_id":"b","device_id":"c","vendor":null,"device":null,"class":"","iommu_group":1,"driver":null,"reset_methods":[null],"dev_set_mates":[]}""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    public void A_device_that_says_too_little_costs_itself_only(string json)
    {
        RecordingReader reader = Open(Frames.Write((1, Frames.Json(Info)), (5, Encoding.UTF8.GetBytes(json)), (2, Events.ToArray())));
        Assert.Single(reader.Batches().ToArray());
        Assert.Equal(1, Problem(reader, ProblemKinds.FramesDamaged)!.Count);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"event_format":3,"kernel":"k","hostname":"h","start":"2026-11-24T00:00:00+00:00","start_ns":0}""")]
    [InlineData("""{"event_format":3,"kernel":"k","hostname":"h","start":"2026-11-24T00:00:00+00:00","start_ns":0,"probes":null}""")]
    [InlineData("""{"event_format":3,"kernel":"k","hostname":"h","start":"2026-11-24T00:00:00+00:00","start_ns":0,"probes":[null]}""")]
    [InlineData("""{"event_format":3,"kernel":null,"hostname":"h","start":"2026-11-24T00:00:00+00:00","start_ns":0,"probes":[]}""")]
    [InlineData("""{"event_format":3,"kernel":"k","hostname":"h","start":"9999-12-31T23:59:59+00:00","start_ns":0,"probes":[]}""")]
    [InlineData("""{"event_format":3,"kernel":"k","hostname":"h","start":"2026-11-24T00:00:00+00:00","start_ns":-1,"probes":[]}""")]
    [InlineData("""{"event_format":3,"kernel":"k","hostname":"h","start":"2026-11-24T00:00:00+00:00","start_ns":9223372036854775807,"probes":[]}""")]
    public void A_capture_that_says_too_little_of_itself_is_refused(string json) => Assert.Contains(
        "a damaged recording", Assert.Throws<InvalidDataException>(
            () => Open(Frames.Write((1, Encoding.UTF8.GetBytes(json))))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"end_ns":9,"events":null,"probes":[]}""")]
    [InlineData("""{"end_ns":9,"events":[{"kind":"release","emitted":9223372036854775807,"received":9223372036854775807,"lost":0}],"probes":[]}""")]
    [InlineData("""{"end_ns":-9,"events":[],"probes":[]}""")]
    [InlineData("""{"end_ns":9,"events":[],"probes":[{"name":null}]}""")]
    public void An_end_that_cannot_be_is_damage_and_no_end(string json)
    {
        RecordingReader reader = Open(Frames.Write((1, Frames.Json(Info)), (2, Events.ToArray()), (3, Encoding.UTF8.GetBytes(json))));
        Assert.Single(reader.Batches().ToArray());
        Assert.Null(reader.End);
        Assert.NotNull(Problem(reader, ProblemKinds.FramesDamaged));
        Assert.NotNull(Problem(reader, ProblemKinds.CutShort));
    }

    [Fact]
    public void Cut_anywhere_it_is_read_up_to_there_and_said_to_be_cut_short_or_refused_with_a_reason()
    {
        byte[] whole = Written();
        for (int length = 0; length < whole.Length; length++)
        {
            try
            {
                RecordingReader reader = Open(whole[..length]);
                Assert.All(reader.Batches().ToArray(), b => Assert.Equal(0, b.Length % WireEvent.Size));
                Assert.Null(reader.End);
                Assert.Equal(["cut_short"], reader.Problems.Select(p => p.Id));
            }
            catch (InvalidDataException e)
            {
                Assert.Matches("not a vfioscope recording|damaged", e.Message);
            }
        }
    }

    [Fact]
    public void A_flipped_bit_anywhere_costs_its_frame_only_and_is_told()
    {
        byte[] whole = Written();
        int frames = 0;
        for (int bit = 0; bit < whole.Length * 8; bit++)
        {
            byte[] damaged = [.. whole];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                RecordingReader reader = Open(damaged);
                int events = reader.Batches().Sum(b => b.Length) / WireEvent.Size;
                int lost = (events < 2 ? 1 : 0) + (reader.End is null ? 1 : 0) + 3 -
                    reader.Facts.VmNames.Count - reader.Facts.Devices.Count - reader.Facts.AtStart.Count;
                Assert.Equal((1, 1), (lost, Problem(reader, ProblemKinds.FramesDamaged)?.Count ?? 0));
                Assert.Equal(reader.End is null, Problem(reader, ProblemKinds.CutShort) is not null);
                Assert.Equal(events < 2, Problem(reader, ProblemKinds.EventsMissing) is { Count: 2, Detail: "release 2" });
                frames++;
            }
            catch (InvalidDataException)
            {
                // The magic, or what it says of its capture: then nothing can be said of the rest.
            }
        }
        Assert.True(frames > whole.Length * 4);
    }

    [Fact]
    public void Bytes_cut_out_of_the_middle_cost_the_frames_they_are_of()
    {
        byte[] whole = Written();
        for (int from = 8; from < whole.Length - 40; from += 7)
        {
            byte[] damaged = [.. whole[..from], .. whole[(from + 33)..]];
            try
            {
                RecordingReader reader = Open(damaged);
                _ = reader.Batches().Count();
                // Of the last frame, it is what a cut at the end looks like.
                int least = Problem(reader, ProblemKinds.CutShort) is null ? 1 : 0;
                Assert.InRange(Problem(reader, ProblemKinds.FramesDamaged)?.Count ?? 0, least, 2);
            }
            catch (InvalidDataException)
            {
                // As above.
            }
        }
    }

    [Fact]
    public void A_frame_that_is_cut_out_whole_or_comes_twice_is_told()
    {
        byte[] whole = Written();
        List<Range> frames = Frames.Of(whole);
        foreach (Range frame in frames.Skip(1).SkipLast(1))
        {
            RecordingReader without = Open([.. whole[..frame.Start], .. whole[frame.End..]]);
            _ = without.Batches().Count();
            Assert.Equal(1, Problem(without, ProblemKinds.FramesDamaged)!.Count);
            RecordingReader twice = Open([.. whole[..frame.End], .. whole[frame.Start..]]);
            Assert.Single(twice.Batches().ToArray());
            Assert.Equal(1, Problem(twice, ProblemKinds.FramesDamaged)!.Count);
        }
    }

    [Fact]
    public void What_was_received_and_is_not_there_is_counted_by_the_name_of_its_kind()
    {
        CaptureEnd end = End with
        {
            Events = [new EventCount("of_later", 7, 7, 0), new EventCount("open", 50, 49, 1), new EventCount("release", 8, 7, 1)],
        };
        RecordingReader reader = Open(Frames.Write((1, Frames.Json(Info)), (2, Events.ToArray()), (99, [1, 2, 3]), (3, Frames.Json(end))));
        Assert.Single(reader.Batches().ToArray());
        Problem only = Assert.Single(reader.Problems);
        Assert.Equal((ProblemKinds.EventsMissing.Id, 54, "open 49, release 5"), (only.Id, only.Count, only.Detail));
    }

    [Fact]
    public void What_follows_the_end_is_damage()
    {
        RecordingReader reader = Open([.. Written(), 0]);
        _ = reader.Batches().Count();
        Assert.NotNull(reader.End);
        Assert.Equal(1, Problem(reader, ProblemKinds.FramesDamaged)!.Count);
    }

    [Theory]
    [InlineData("100 1/1 a release begin 0000:01:00.0\n1 1/1 a release end")]
    [InlineData("9000000000 1/1 a release begin 0000:01:00.0")]
    public void Times_that_cannot_be_are_refused(string events) => Assert.Throws<InvalidDataException>(() =>
    {
        var decoder = new EventDecoder();
        foreach (ReadOnlyMemory<byte> batch in Open(Frames.Write((1, Frames.Json(Info)), (2, EventText.Records(events).ToArray()))).Batches())
            decoder.Decode(batch);
    });

    [Fact]
    public void More_under_way_than_a_sum_can_hold_is_refused() => Assert.Throws<InvalidDataException>(() =>
    {
        string events = string.Join('\n', Enumerable.Range(1, 40).Select(i => $"1.0 {i}/{i} a release begin 0000:01:00.0"))
            + "\n600000000 1/1 a release end";
        return Open(Frames.Write((1, Frames.Json(Info)), (2, EventText.Records(events).ToArray()))).Batches().Count();
    });

    [Fact]
    public void A_frame_that_claims_much_takes_no_more_than_there_is()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        RecordingReader reader = Open(Frames.Claiming(1 << 26, Frames.Json(Info)));
        Assert.Empty(reader.Batches().ToArray());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData("#!/bin/bash\nexit", "not a vfioscope recording")]
    [InlineData("vfioscp\u0001............", "a recording of format 1, this vfioscope reads format 2")]
    public void Something_else_is_no_recording(string content, string why) => Assert.Contains(
        why, Assert.Throws<InvalidDataException>(() => Open(Encoding.UTF8.GetBytes(content))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_recording_of_another_wire_format_is_refused_by_name()
    {
        using var file = new MemoryStream();
        new RecordingWriter(file).Begin(Info with { EventFormat = 77 });
        Assert.Contains("format 77", Assert.Throws<InvalidDataException>(() => Open(file.ToArray())).Message, StringComparison.Ordinal);
    }

    private static Problem? Problem(RecordingReader reader, ProblemKind kind) => reader.Problems.SingleOrDefault(p => p.Id == kind.Id);

    private static RecordingReader Open(byte[] file) => RecordingReader.Open(new MemoryStream(file));

    private static byte[] Written()
    {
        using var file = new MemoryStream();
        var writer = new RecordingWriter(file);
        writer.Begin(Info);
        writer.Fact(new ProcessIdentity(1, "gpu-a"));
        writer.Fact(Device);
        writer.Fact(new ProcessAtStart(1, "qemu", ["0000:01:00.0"], false));
        writer.Events(Events);
        writer.End(End);
        return file.ToArray();
    }
}
