using System.IO.Hashing;
using System.Runtime.InteropServices;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Recording;
using Profiler.Core.Wire;
using Profiler.Report;
using Profiler.Tests.Support;
using ZstdSharp;

namespace Profiler.Cli.Tests.Recording;

/// <summary>
/// Recordings that came to harm, or were made to do harm. Whatever they are, there is either the reader's own word for it or
/// a report; and for a flipped bit the report is the same, or says that something is wrong.
/// </summary>
public sealed class MutationTests
{
    private static readonly int FlippedBits = Thorough.Of(60_000), Others = Thorough.Of(20_000), Hostile = Thorough.Of(20_000);

    private static readonly byte[][] Recordings = [.. Captures().Select(c => c.Recording())];

    [Fact]
    public void A_flipped_bit_is_told_or_changes_nothing()
    {
        string[] whole = [.. Recordings.Select(r => Outcome(r).Report!)];
        Assert.All(Recordings, r => Assert.False(Outcome(r).Told));
        Parallel.For(0, FlippedBits, i =>
        {
            var random = new Random(i);
            int which = random.Next(Recordings.Length);
            byte[] damaged = [.. Recordings[which]];
            int bit = random.Next(damaged.Length * 8);
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            (string? report, bool told) = Outcome(damaged, thorough: i % 4 == 0);
            Assert.True(report is null || told || report == whole[which], $"recording {which}, bit {bit}: another report, and nothing said");
        });
    }

    [Fact]
    public void Whatever_else_happens_to_the_bytes_there_is_a_report_or_the_reader_s_own_word()
    {
        Parallel.For(0, Others, i =>
        {
            var random = new Random(FlippedBits + i);
            byte[] damaged = [.. Recordings[random.Next(Recordings.Length)]];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
                damaged = Change(damaged, random);
            Outcome(damaged, thorough: i % 4 == 0);
        });
    }

    [Fact]
    public void Whoever_writes_lies_with_the_right_checksums_gets_a_report_or_the_reader_s_own_word()
    {
        Parallel.For(0, Hostile, i =>
        {
            var random = new Random(FlippedBits + Others + i);
            byte[] lie = [.. Recordings[random.Next(Recordings.Length)]];
            for (int changes = random.Next(1, 6); changes > 0; changes--)
                lie = Lie(lie, random);
            Outcome(lie, thorough: i % 4 == 0);
        });
    }

    // Everything that `report` does, but for the file. No report: the reader refused it.
    private static (string? Report, bool Told) Outcome(byte[] recording, bool thorough = true)
    {
        try
        {
            RecordedCapture recorded = RecordedCapture.Read(RecordingReader.Open(new MemoryStream(recording)));
            ReportDocument document = ReportBuilder.Build(recorded, ActivityFilter.None);
            bool told = !recorded.Problems.IsEmpty;
            // To write it out takes longest: where nobody compares it, of some.
            return (!told || thorough ? TextReport.Render(document, TextReport.DefaultWidth) + ReportJson.Text(document) : "", told);
        }
        catch (InvalidDataException e)
        {
            Assert.DoesNotContain('\n', e.Message);
            return (null, true);
        }
    }

    private static byte[] Change(byte[] bytes, Random random)
    {
        int at = random.Next(bytes.Length), length = random.Next(Math.Min(200, bytes.Length - at));
        switch (random.Next(6))
        {
            case 0: return bytes[..Math.Max(1, at)];
            case 1: return [.. bytes[..at], .. bytes[(at + length)..], 0];
            case 2: return [.. bytes[..(at + length)], .. bytes[at..]];
            case 3: random.NextBytes(bytes.AsSpan(at, length)); return bytes;
            case 4: return [.. bytes[..at], .. "\xf5vfs"u8, .. bytes[at..]];
            default:
                bytes[at] = (byte)random.Next(256);
                return bytes;
        }
    }

    // Changes a payload and makes its checksums right again.
    private static byte[] Lie(byte[] recording, Random random)
    {
        (int at, int kind, int length)[] frames = [.. Frames(recording)];
        (int header, int what, int size) = frames[random.Next(frames.Length)];
        byte[] payload = recording[(header + 24)..(header + 24 + size)];
        if (what < 9 && random.Next(4) > 0)
            payload = Text(payload);
        if (what == 9 && random.Next(4) > 0)
            payload = LieAboutEvents(payload, random);
        else if (random.Next(2) == 0 && payload.AsSpan().IndexOfAnyInRange((byte)'0', (byte)'9') is >= 0 and var digit)
            payload[digit] = (byte)random.Next('0', '9' + 1);
        else if (size > 0)
            payload[random.Next(size)] = (byte)(random.Next(3) == 0 ? random.Next(256) : random.Next(' ', 127));
        byte[] bytes = [.. recording[header..(header + 24)], .. payload];
        BitConverter.TryWriteBytes(bytes.AsSpan(12), payload.Length);
        BitConverter.TryWriteBytes(bytes.AsSpan(16), Crc32.HashToUInt32(payload));
        BitConverter.TryWriteBytes(bytes.AsSpan(20), Crc32.HashToUInt32(bytes.AsSpan(0, 20)));
        return [.. recording[..header], .. bytes, .. recording[(header + 24 + size)..]];
    }

    private static byte[] Text(byte[] payload)
    {
        if (!payload.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]))
            return payload;
        try
        {
            using var decompressor = new Decompressor();
            return decompressor.Unwrap(payload, 1 << 20).ToArray();
        }
        catch (ZstdException)
        {
            return payload; // an earlier lie
        }
    }

    private static byte[] LieAboutEvents(byte[] payload, Random random)
    {
        using var unpacker = new EventUnpacker();
        if (!unpacker.TryUnpack(payload, begins: true, out ReadOnlyMemory<byte> events) || events.IsEmpty)
            return payload; // an earlier lie
        byte[] records = events.ToArray();
        if (random.Next(3) > 0)
            LieAboutTime(records, random);
        else
            records[random.Next(records.Length)] = (byte)random.Next(256);
        using var packer = new EventPacker();
        packer.Take(records);
        return packer.Pack().ToArray();
    }

    private static void LieAboutTime(Span<byte> payload, Random random)
    {
        Span<WireEvent> events = MemoryMarshal.Cast<byte, WireEvent>(payload);
        ref WireEvent e = ref events[random.Next(events.Length)];
        switch (random.Next(8))
        {
            case 0: e.TimeNs ^= 1UL << random.Next(64); break;
            case 1: e.TimeNs = ulong.MaxValue; break;
            case 2: e.TimeNs = 0; break;
            case 3: e.TimeNs -= (ulong)random.NextInt64(50_000_000_000); break;
            case 4:
                // All that follow: a jump that no neighbour gives away.
                ulong jump = 1UL << random.Next(63);
                for (int i = random.Next(events.Length); i < events.Length; i++)
                    events[i].TimeNs += jump;
                break;
            case 5: e.Kind = (EventKind)random.Next(1, WireEvent.Kinds); break;
            case 6: e.Tid = (uint)random.Next(); break;
            default: e.Edge = (EventEdge)random.Next(3); break;
        }
    }

    private static IEnumerable<(int At, int Kind, int Length)> Frames(byte[] recording)
    {
        for (int at = 8; at < recording.Length; at += 24 + BitConverter.ToInt32(recording, at + 12))
            yield return (at, BitConverter.ToInt32(recording, at + 4), BitConverter.ToInt32(recording, at + 12));
    }

    private static IEnumerable<StagedCapture> Captures()
    {
        foreach (string file in Directory.EnumerateFiles(Golden.Beside("../../Profiler.Report.Tests/Cases"), "*.events").Order())
            yield return new StagedCapture(File.ReadAllText(file))
            {
                VmNames = new Dictionary<int, string> { [100] = "training-7", [200] = "batch" },
                OtherFacts =
                [
                    new DeviceIdentity("0000:01:00.0", "10de", "2330", "NVIDIA Corporation", "GH100", "030200", 14, "vfio-pci", ["flr"], []),
                    new KernelStack(7, ["__pci_reset_bus+0x65", "vfio_pci_core_disable+0x376 [vfio_pci_core]"]),
                    new DeviceStillHeld("0000:04:00.0", [new DeviceHolder(900, "nvidia-smi", Certain: true)]),
                    new ProcessAtStart(100, "qemu", ["0000:01:00.0"], Exiting: false),
                    new ResetDamage("0000:01:00.0", "release", 100, "qemu", 9, new DeviceLink(16, 16), new DeviceLink(2.5, 4)),
                ],
            };
    }
}
