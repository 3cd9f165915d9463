using System.Text;
using Profiler.Core.Recording;
using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Recording;

public sealed class RecordingTests
{
    private static readonly CaptureInfo Info = new(
        WireEvent.Format, "6.12.0", "host", DateTimeOffset.UnixEpoch, 5,
        [new ProbeInfo("release", "vfio_device_fops_release", "fentry", true, 0, "fentry")]);

    private static readonly CaptureEnd End = new(9, [new EventCount("release", 3, 2, 1)], Info.Probes);

    private static readonly DeviceIdentity Device = new(
        "0000:01:00.0", "10de", "2330", "NVIDIA Corporation", null, "030200", 14, "vfio-pci", ["flr", "bus"], ["0000:01:00.1"]);

    private static readonly ReadOnlyMemory<byte> Events =
        EventText.Records("1.0 1/1 a release begin 0000:01:00.0\n2.0 1/1 a release end");

    [Fact]
    public void What_is_written_is_read()
    {
        RecordingReader reader = RecordingReader.Open(new MemoryStream(Written()));
        ReadOnlyMemory<byte>[] batches = [.. reader.Batches()];
        Assert.Equal(Events.ToArray(), Assert.Single(batches).ToArray());
        Assert.Equal(Info.Probes.AsEnumerable(), reader.Info.Probes);
        Assert.Equal((Info.Kernel, Info.Start, Info.StartNs), (reader.Info.Kernel, reader.Info.Start, reader.Info.StartNs));
        Assert.Equal((End.EndNs, End.Events[0]), (reader.End!.EndNs, reader.End.Events[0]));
        Assert.Equal("gpu-a", reader.Surroundings.VmNames[1]);
        DeviceIdentity device = reader.Surroundings.Devices["0000:01:00.0"];
        Assert.Equal(Device with { ResetMethods = device.ResetMethods, DevSetMates = device.DevSetMates }, device);
        Assert.Equal(["flr", "bus"], device.ResetMethods!);
        Assert.Equal(["0000:01:00.1"], device.DevSetMates);
    }

    [Fact]
    public void A_device_is_JSON_in_snake_case() => Assert.Contains(
        """
        {"bdf":"0000:01:00.0","vendor_id":"10de","device_id":"2330","vendor":"NVIDIA Corporation","device":null,
        "class":"030200","iommu_group":14,"driver":"vfio-pci","reset_methods":["flr","bus"],"dev_set_mates":["0000:01:00.1"]}
        """.Replace("\n", "", StringComparison.Ordinal),
        Encoding.UTF8.GetString(Written()), StringComparison.Ordinal);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"bdf":null,"vendor_id":"10de"}""")]
    [InlineData("[]")]
    public void A_device_that_says_too_little_is_damage(string json)
    {
        byte[] payload = Encoding.UTF8.GetBytes(json);
        byte[] file = [.. Written(), 5, 0, 0, 0, (byte)payload.Length, 0, 0, 0, .. payload];
        RecordingReader reader = RecordingReader.Open(new MemoryStream(file));
        Assert.Contains(
            "DeviceIdentity that cannot be read",
            Assert.Throws<InvalidDataException>(() => reader.Batches().Count()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cut_anywhere_it_is_read_up_to_there_or_refused_with_a_reason()
    {
        byte[] whole = Written();
        for (int length = 0; length < whole.Length; length++)
        {
            var input = new MemoryStream(whole, 0, length);
            try
            {
                RecordingReader reader = RecordingReader.Open(input);
                Assert.All(reader.Batches().ToArray(), b => Assert.Equal(0, b.Length % WireEvent.Size));
                Assert.Null(reader.End);
            }
            catch (InvalidDataException e)
            {
                Assert.Matches("not a vfioscope recording|damaged", e.Message);
            }
        }
    }

    [Fact]
    public void Something_else_is_no_recording() => Assert.Contains(
        "not a vfioscope recording",
        Assert.Throws<InvalidDataException>(() => RecordingReader.Open(new MemoryStream("#!/bin/bash\nexit"u8.ToArray()))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_recording_of_another_wire_format_is_refused_by_name()
    {
        using var file = new MemoryStream();
        new RecordingWriter(file).Begin(Info with { EventFormat = 77 });
        file.Position = 0;
        Assert.Contains("format 77", Assert.Throws<InvalidDataException>(() => RecordingReader.Open(file)).Message, StringComparison.Ordinal);
    }

    private static byte[] Written()
    {
        using var file = new MemoryStream();
        var writer = new RecordingWriter(file);
        writer.Begin(Info);
        writer.Fact(new ProcessIdentity(1, "gpu-a"));
        writer.Fact(Device);
        writer.Events(Events);
        writer.End(End);
        return file.ToArray();
    }
}
