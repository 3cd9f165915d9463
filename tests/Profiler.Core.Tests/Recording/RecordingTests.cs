using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Profiler.Core.Facts;
using Profiler.Core.Problems;
using Profiler.Core.Recording;
using Profiler.Core.Wire;
using Profiler.Tests.Support;
using ZstdSharp;

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
        Assert.Equal(Events.ToArray(), Assert.Single(reader.Batches().Select(b => b.ToArray()).ToArray()));
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
    public void A_device_is_JSON_in_snake_case() => Assert.Equal(
        """
        {"bdf":"0000:01:00.0","vendor_id":"10de","device_id":"2330","vendor":"NVIDIA Corporation","device":null,
        "class":"030200","iommu_group":14,"driver":"vfio-pci","reset_methods":["flr","bus"],"dev_set_mates":["0000:01:00.1"]}
        """.Replace("\n", "", StringComparison.Ordinal),
        Encoding.UTF8.GetString(FactFrames.Json(Device)));

    [Fact]
    public void A_damage_by_a_reset_is_read_as_it_was_written()
    {
        ResetDamage gone = new("0000:01:00.0", "hot_reset", 7, "qemu", 9), degraded = gone with { Before = new(16, 16), After = new(2.5, 4) };
        Assert.Equal(
            """{"bdf":"0000:01:00.0","operation":"hot_reset","tgid":7,"process":"qemu","end_ns":9,"before":{"speed":16,"width":16},"after":{"speed":2.5,"width":4}}""",
            Encoding.UTF8.GetString(FactFrames.Json(degraded)));
        RecordingReader reader = Open(Written(gone, degraded));
        Assert.Single(reader.Batches());
        Assert.Equal([gone, degraded], reader.Facts.Damages);
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(1e300, 4)]
    [InlineData(16, -1)]
    [InlineData(16, 64)]
    public void A_damage_with_an_impossible_link_is_damage_of_the_file(double speed, int width)
    {
        RecordingReader reader = Open(Written(new ResetDamage("0000:01:00.0", "open", 7, "qemu", 9, new(16, 16), new(speed, width))));
        Assert.Single(reader.Batches());
        Assert.Equal(1, Problem(reader, ProblemKinds.FramesDamaged)!.Count);
    }

    [Fact]
    public void A_virtual_function_has_its_physical_one()
    {
        byte[] json = FactFrames.Json(Device with { PhysicalFunction = "0000:01:00.7" });
        Assert.EndsWith("""
            ,"physical_function":"0000:01:00.7"}
            """, Encoding.UTF8.GetString(json), StringComparison.Ordinal);
        Assert.Equal("0000:01:00.7", Assert.IsType<DeviceIdentity>(FactFrames.Read(FactFrames.KindOf(Device), json)).PhysicalFunction);
    }

    [Fact]
    public void However_the_events_come_they_are_read_in_the_same_order() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            byte[] records = RandomEvents.Some(seed, random.Next(5000));
            using var file = new MemoryStream();
            using var writer = new RecordingWriter(file);
            writer.Begin(Info);
            for (ReadOnlyMemory<byte> left = records; !left.IsEmpty;)
            {
                int taken = Math.Min(left.Length, random.Next(1, 2000) * WireEvent.Size);
                writer.Events(left[..taken]);
                left = left[taken..];
                if (random.Next(3) == 0)
                    writer.Flush();
            }
            writer.End(End with { Events = [] });
            RecordingReader reader = Open(file.ToArray());
            byte[] read = [.. reader.Batches().SelectMany(b => b.ToArray())];
            return read.AsSpan().SequenceEqual(records) && reader.Problems.Count == 0 &&
                reader.Index!.Events == records.Length / WireEvent.Size && writer.Written == reader.Index.Events;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_capture_without_events_is_complete()
    {
        using var file = new MemoryStream();
        using var writer = new RecordingWriter(file);
        writer.Begin(Info);
        writer.End(End with { Events = [] });
        RecordingReader reader = Open(file.ToArray());
        Assert.Empty(reader.Batches());
        Assert.NotNull(reader.End);
        Assert.Equal((0, 0), (reader.Index!.Entries.Length, reader.Index.Events));
        Assert.Empty(reader.Problems);
    }

    [Fact]
    public void Half_an_event_is_not_taken()
    {
        using var writer = new RecordingWriter(new MemoryStream());
        Assert.Throws<InvalidDataException>(() => writer.Events(new byte[WireEvent.Size + 1]));
    }

    [Fact]
    public void Text_that_decompresses_to_too_much_is_damage_and_takes_no_more_memory_than_text_may()
    {
        using var compressor = new Compressor(3);
        byte[] spaces = new byte[64 << 20];
        spaces.AsSpan().Fill((byte)' ');
        byte[] file = Frames.Write(3, (1, Frames.Json(Info)), (5, compressor.Wrap(spaces).ToArray()));
        long before = GC.GetAllocatedBytesForCurrentThread();
        RecordingReader reader = Open(file);
        Assert.Empty(reader.Batches());
        Assert.Equal(1, Problem(reader, ProblemKinds.FramesDamaged)!.Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
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

    [Theory]
    [InlineData("#!/bin/bash\nexit", "not a vfioscope recording")]
    [InlineData("vfioscp\u0001............", "a recording of format 1, this vfioscope reads formats 2 to 3")]
    public void Something_else_is_no_recording(string content, string why) => Assert.Contains(
        why, Assert.Throws<InvalidDataException>(() => Open(Encoding.UTF8.GetBytes(content))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_recording_of_another_wire_format_is_refused_by_name()
    {
        using var file = new MemoryStream();
        using var writer = new RecordingWriter(file);
        writer.Begin(Info with { EventFormat = 77 });
        Assert.Contains("format 77", Assert.Throws<InvalidDataException>(() => Open(file.ToArray())).Message, StringComparison.Ordinal);
    }

    private static Problem? Problem(RecordingReader reader, ProblemKind kind) => reader.Problems.SingleOrDefault(p => p.Id == kind.Id);

    private static RecordingReader Open(byte[] file) => RecordingReader.Open(new MemoryStream(file));

    private static byte[] Written(params Fact[] more)
    {
        using var file = new MemoryStream();
        using var writer = new RecordingWriter(file);
        writer.Begin(Info);
        writer.Fact(new ProcessIdentity(1, "gpu-a"));
        writer.Fact(Device);
        writer.Fact(new ProcessAtStart(1, "qemu", ["0000:01:00.0"], false));
        foreach (Fact fact in more)
            writer.Fact(fact);
        writer.Events(Events);
        writer.End(End);
        return file.ToArray();
    }
}
