using System.Collections.Immutable;
using System.Runtime.InteropServices;
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
    private long _damagedBeforeEnd;
    private ImmutableList<Problem> _problems = [];

    private RecordingReader(FrameReader frames, byte format, CaptureInfo info) => (_frames, Format, Info) = (frames, format, info);

    /// <summary>The format of the file: 2 or 3.</summary>
    public int Format { get; }

    /// <summary>Facts about the capture at its begin.</summary>
    public CaptureInfo Info { get; }

    /// <summary>
    /// Facts about the capture at its end. Null until all batches are read; and after that, if the recording was cut short: then it is
    /// unknown how many events were lost.
    /// </summary>
    public CaptureEnd? End { get; private set; }

    /// <summary>Where the blocks of events are; null until all batches are read, or if the file has none.</summary>
    public RecordingIndex? Index { get; private set; }

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
        byte format = magic[^1];
        if (format < RecordingFormat.Oldest || format > RecordingFormat.Magic[^1])
            throw new InvalidDataException(
                $"a recording of format {format}, this vfioscope reads formats {RecordingFormat.Oldest} to {RecordingFormat.Magic[^1]}");
        var frames = new FrameReader(input);
        if (frames.Next() is not (FrameKind.Info, var payload) || frames.Damaged > 0)
            throw new InvalidDataException("a damaged recording: its first frame is missing or damaged");
        CaptureInfo info = JsonPayload.Parse(payload.Span, CaptureJson.Default.CaptureInfo, RecordingChecks.Checked)
            ?? throw new InvalidDataException("a damaged recording: its first frame cannot be read");
        return info.EventFormat is >= RecordingFormat.OldestEvents and <= WireEvent.Format
            ? new RecordingReader(frames, format, info)
            : throw new InvalidDataException(
                $"a recording with events of format {info.EventFormat}, this vfioscope reads formats {RecordingFormat.OldestEvents} to {WireEvent.Format}");
    }

    /// <summary>
    /// The batches of events as they were written, up to the end of the recording; damaged frames are skipped. A batch is valid until
    /// the next one is asked for. Can be enumerated once.
    /// </summary>
    /// <exception cref="InvalidDataException">Events that are impossible although their checksum is right.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> Batches()
    {
        using FrameReader frames = _frames;
        using var unpacker = new EventUnpacker();
        while (!IsOver && frames.Next() is var (kind, payload))
        {
            if (End is not null && kind != FrameKind.Index)
                _unreadable++; // it follows the end
            else if (Records(unpacker, kind, payload) is { IsEmpty: false } records)
            {
                ReportProblems(unpacker);
                _times.Check(records.Span);
                Count(records.Span);
                yield return records;
            }
            else
                Take(kind, payload.Span);
            ReportProblems(unpacker);
        }
        ExpectEnd();
        unpacker.EndsAt(Index?.Events ?? 0);
        ReportProblems(unpacker);
    }

    private bool IsOver => HasIndex ? Index is not null : End is not null;

    private bool HasIndex => Format >= RecordingFormat.Indexed;

    private long Damaged => _frames.Damaged + _unreadable;

    // None if it is not a frame of events, or they cannot be read.
    private ReadOnlyMemory<byte> Records(EventUnpacker unpacker, FrameKind kind, ReadOnlyMemory<byte> payload)
    {
        if (kind == FrameKind.Events)
            return payload;
        if (kind is not (FrameKind.EventBlock or FrameKind.MoreEvents))
            return default;
        if (!unpacker.TryUnpack(payload.Span, kind == FrameKind.EventBlock, out ReadOnlyMemory<byte> records))
            _unreadable++;
        return records;
    }

    private void Take(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        if (kind == FrameKind.End)
        {
            End = Readable(JsonPayload.Parse(payload, CaptureJson.Default.CaptureEnd, RecordingChecks.Checked));
            _damagedBeforeEnd = Damaged;
        }
        else if (kind == FrameKind.Index)
            Index = Readable(RecordingIndex.Read(payload));
        else if (FactFrames.Has(kind) && Readable(FactFrames.Read(kind, payload)) is { } fact)
            Facts.Add(fact);
    }

    private void ExpectEnd()
    {
        if (End is null)
            Report(new Problem(ProblemKinds.CutShort.Id));
        if (IsOver)
            _frames.ExpectEnd();
        else if (End is not null && Damaged == _damagedBeforeEnd)
            _unreadable++; // cut off after the end: the index is missing
    }

    private void Count(ReadOnlySpan<byte> records)
    {
        foreach (ref readonly WireEvent e in MemoryMarshal.Cast<byte, WireEvent>(records))
        {
            if ((int)e.Kind < _read.Length)
                _read[(int)e.Kind]++;
        }
    }

    private void ReportProblems(EventUnpacker unpacker)
    {
        if (Damaged > 0)
            Report(new Problem(ProblemKinds.FramesDamaged.Id, Damaged));
        (string Kind, long Count)[] missing = End is null ? [] : Missing(End);
        if (Math.Max(unpacker.Missing, missing.Sum(m => m.Count)) is > 0 and var count)
            Report(new Problem(
                ProblemKinds.EventsMissing.Id, count,
                missing.Length == 0 ? null : string.Join(", ", missing.Select(m => $"{m.Kind} {m.Count}"))));
    }

    // By kind. Kinds of later versions cannot be compared.
    private (string Kind, long Count)[] Missing(CaptureEnd end) =>
    [
        .. end.Events
            .Select(e => (e.Kind, Count: EventKindNames.Find(e.Kind) is { } kind ? e.Received - _read[kind] : 0))
            .Where(e => e.Count > 0),
    ];

    private void Report(Problem problem)
    {
        if (!_problems.Contains(problem))
            Volatile.Write(ref _problems, [.. _problems.Where(p => p.Id != problem.Id), problem]);
    }

    private T? Readable<T>(T? value) where T : class
    {
        if (value is null)
            _unreadable++;
        return value;
    }
}
