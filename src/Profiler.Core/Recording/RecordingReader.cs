using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Problems;
using Profiler.Core.Wire;

namespace Profiler.Core.Recording;

/// <summary>
/// Reads a recording once, from its begin to its end. Damaged parts are skipped and reported in <see cref="Problems"/>, as are events
/// that were received during the capture and are not in the file. One thread reads, any thread may look at the properties.
/// </summary>
public sealed class RecordingReader
{
    private readonly FrameReader _frames;
    private readonly RecordedTimes _times = new();
    private readonly long[] _read = new long[WireEvent.Kinds];
    private long _unreadable;
    private ImmutableList<Problem> _problems = [];

    private RecordingReader(FrameReader frames, CaptureInfo info) => (_frames, Info) = (frames, info);

    /// <summary>Facts about the capture at its begin.</summary>
    public CaptureInfo Info { get; }

    /// <summary>
    /// Facts about the capture at its end. Null until all batches are read; and after that, if the recording was cut short: then it is
    /// unknown how many events were lost.
    /// </summary>
    public CaptureEnd? End { get; private set; }

    /// <summary>Facts about processes and devices that have been read up to now.</summary>
    public HostFacts Facts { get; } = new();

    /// <summary>Problems of the file that have been found up to now; complete when all batches are read.</summary>
    public IReadOnlyList<Problem> Problems => Volatile.Read(ref _problems);

    /// <summary>
    /// The problems of the file and those that the capturing side knew, at the end or, before that is read, at the begin.
    /// </summary>
    public ImmutableArray<Problem> AllProblems()
    {
        IEnumerable<Problem> atTheEnd = End?.Problems ?? [];
        // A problem that is known at the begin and at the end is listed once, with the figures of the end.
        return
        [
            .. Problems, .. atTheEnd,
            .. Info.Problems.Where(begin => !atTheEnd.Any(end => (end.Id, end.Detail) == (begin.Id, begin.Detail))),
        ];
    }

    /// <summary>Reads the begin of a recording.</summary>
    /// <exception cref="InvalidDataException">Not a recording, or one of another version.</exception>
    public static RecordingReader Open(Stream input)
    {
        Span<byte> magic = stackalloc byte[RecordingFormat.Magic.Length];
        if (input.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) < magic.Length ||
            !magic[..^1].SequenceEqual(RecordingFormat.Magic[..^1]))
            throw new InvalidDataException("not a vfioscope recording");
        if (magic[^1] != RecordingFormat.Magic[^1])
            throw new InvalidDataException($"a recording of format {magic[^1]}, this vfioscope reads format {RecordingFormat.Magic[^1]}");
        var frames = new FrameReader(input);
        if (frames.Next() is not (FrameKind.Info, { } payload) || frames.Damaged > 0)
            throw new InvalidDataException("a damaged recording: its first frame is missing or damaged");
        CaptureInfo info = Parse(payload, CaptureJson.Default.CaptureInfo, RecordingChecks.Checked)
            ?? throw new InvalidDataException("a damaged recording: its first frame cannot be read");
        return info.EventFormat == WireEvent.Format
            ? new RecordingReader(frames, info)
            : throw new InvalidDataException(
                $"a recording with events of format {info.EventFormat}, this vfioscope reads format {WireEvent.Format}");
    }

    /// <summary>The batches of events as they were written, up to the end of the recording; damaged frames are skipped.</summary>
    /// <exception cref="InvalidDataException">Events that are impossible although their checksum is right.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> Batches()
    {
        while (End is null && _frames.Next() is var (kind, payload))
        {
            ReportDamage();
            if (kind == FrameKind.Events)
            {
                _times.Check(payload);
                Count(payload);
                yield return payload;
            }
            else if (kind == FrameKind.End)
                End = Readable(Parse(payload, CaptureJson.Default.CaptureEnd, RecordingChecks.Checked));
            else if (IsFact(kind) && Readable(Fact(kind, payload)) is { } fact)
                Facts.Add(fact);
        }
        if (End is null)
            Report(new Problem(ProblemKinds.CutShort.Id));
        else
        {
            _frames.ExpectEnd();
            ReportMissing(End);
        }
        ReportDamage();
    }

    private void Count(byte[] records)
    {
        foreach (ref readonly WireEvent e in MemoryMarshal.Cast<byte, WireEvent>(records))
        {
            if ((int)e.Kind < _read.Length)
                _read[(int)e.Kind]++;
        }
    }

    // Kinds of later versions cannot be compared.
    private void ReportMissing(CaptureEnd end)
    {
        (string Kind, long Missing)[] missing =
        [
            .. end.Events
                .Select(e => (e.Kind, Missing: EventKindNames.Find(e.Kind) is { } kind ? e.Received - _read[kind] : 0))
                .Where(e => e.Missing > 0),
        ];
        if (missing.Length > 0)
            Report(new Problem(
                ProblemKinds.EventsMissing.Id, missing.Sum(m => m.Missing),
                string.Join(", ", missing.Select(m => $"{m.Kind} {m.Missing}"))));
    }

    private void ReportDamage()
    {
        if (_frames.Damaged + _unreadable is > 0 and var damaged)
            Report(new Problem(ProblemKinds.FramesDamaged.Id, damaged));
    }

    private void Report(Problem problem) =>
        Volatile.Write(ref _problems, [.. _problems.Where(p => p.Id != problem.Id), problem]);

    private T? Readable<T>(T? value) where T : class
    {
        if (value is null)
        {
            _unreadable++;
            ReportDamage();
        }
        return value;
    }

    private static bool IsFact(FrameKind kind) =>
        kind is FrameKind.Process or FrameKind.Device or FrameKind.Stack or FrameKind.StillHeld or FrameKind.AtStart;

    private static Fact? Fact(FrameKind kind, byte[] payload) => kind switch
    {
        FrameKind.Process => Parse(payload, FactJson.Default.ProcessIdentity, RecordingChecks.Checked),
        FrameKind.Device => Parse(payload, FactJson.Default.DeviceIdentity, RecordingChecks.Checked),
        FrameKind.Stack => Parse(payload, FactJson.Default.KernelStack, RecordingChecks.Checked),
        FrameKind.StillHeld => Parse(payload, FactJson.Default.DeviceStillHeld, RecordingChecks.Checked),
        _ => Parse(payload, FactJson.Default.ProcessAtStart, RecordingChecks.Checked),
    };

    // Null if the payload is invalid although its checksum is right: it is skipped like a damaged one.
    private static TResult? Parse<T, TResult>(byte[] payload, JsonTypeInfo<T> type, Func<T, TResult> check)
        where T : class
        where TResult : class
    {
        try
        {
            return JsonSerializer.Deserialize(payload, type) is { } value ? check(value) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or NotSupportedException or InvalidOperationException)
        {
            return null;
        }
    }
}
