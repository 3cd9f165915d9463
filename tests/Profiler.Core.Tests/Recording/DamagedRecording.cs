using Profiler.Core.Facts;
using Profiler.Core.Problems;
using Profiler.Core.Recording;
using Profiler.Core.Wire;

namespace Profiler.Core.Tests.Recording;

/// <summary>
/// A recording with all that one can have, and what is left of it after damage: a full frame that is a block of its own, a block of
/// several frames as a slow capture writes it, facts between them.
/// </summary>
internal static class DamagedRecording
{
    private static readonly int[] Flushes = [300, 40, 30, 50, 200, 20];

    private static readonly byte[] Records = RandomEvents.Some(1, AllEvents);

    private static readonly CaptureInfo Info = new(
        WireEvent.Format, "6.12.0", "host", DateTimeOffset.UnixEpoch, 5,
        [new ProbeInfo("release", "vfio_device_fops_release", "fentry", true, 0, "fentry")]);

    /// <summary>Events of the whole recording.</summary>
    public static int AllEvents => Flushes.Sum();

    /// <summary>Facts of the whole recording.</summary>
    public static int AllFacts => Flushes.Length;

    /// <summary>The whole recording.</summary>
    public static byte[] Whole { get; } = Write();

    /// <summary>Where each frame is.</summary>
    public static List<Range> Parts { get; } = Frames.Of(Whole);

    public static FrameKind KindOf(Range frame) => FrameHeader.Read(Whole.AsSpan(frame)[..FrameHeader.Length])!.Value.Kind;

    public static int EventsIn(Range frame) => BitConverter.ToUInt16(Whole.AsSpan(frame)[(FrameHeader.Length + 4)..]);

    /// <summary>Events that cannot be read without these frames: theirs, and those that follow in their blocks.</summary>
    public static int Costs(params IReadOnlyCollection<Range> without)
    {
        int events = 0;
        bool broken = false;
        foreach (Range frame in Parts)
        {
            if (KindOf(frame) is not (FrameKind.EventBlock or FrameKind.MoreEvents))
                continue;
            broken = without.Contains(frame) || (broken && KindOf(frame) == FrameKind.MoreEvents);
            events += broken ? EventsIn(frame) : 0;
        }
        return events;
    }

    /// <summary>What a reader makes of a file; null if it refuses it.</summary>
    public static Left? Read(byte[] file)
    {
        try
        {
            RecordingReader reader = RecordingReader.Open(new MemoryStream(file));
            int events = 0, at = 0;
            foreach (ReadOnlyMemory<byte> batch in reader.Batches())
            {
                // Whatever is read is right, and in order.
                int found = Records.AsSpan(at).IndexOf(batch.Span);
                Assert.True(found >= 0 && found % WireEvent.Size == 0, "events that were never written");
                at += found + batch.Length;
                events += batch.Length / WireEvent.Size;
            }
            return new Left(
                events, reader.Facts.VmNames.Count, reader.End is not null, reader.Index, Count(reader, ProblemKinds.FramesDamaged),
                Count(reader, ProblemKinds.EventsMissing), reader.Problems.Any(p => p.Id == ProblemKinds.CutShort.Id));
        }
        catch (InvalidDataException e)
        {
            Assert.Matches("not a vfioscope recording|damaged|format", e.Message);
            return null;
        }
    }

    private static long Count(RecordingReader reader, ProblemKind kind) => reader.Problems.SingleOrDefault(p => p.Id == kind.Id)?.Count ?? 0;

    private static byte[] Write()
    {
        using var file = new MemoryStream();
        using var writer = new RecordingWriter(file);
        writer.Begin(Info);
        ReadOnlyMemory<byte> left = Records;
        foreach (int flush in Flushes)
        {
            writer.Fact(new ProcessIdentity(left.Length, "web"));
            writer.Events(left[..(flush * WireEvent.Size)]);
            writer.Flush();
            left = left[(flush * WireEvent.Size)..];
        }
        writer.End(new CaptureEnd(9, [new EventCount("release", AllEvents, AllEvents, 0)], Info.Probes));
        return file.ToArray();
    }
}

/// <summary>What is left of a damaged recording, and what is told about the rest.</summary>
internal sealed record Left(int Events, int Facts, bool HasEnd, RecordingIndex? Index, long FramesDamaged, long EventsMissing, bool IsCutShort);
