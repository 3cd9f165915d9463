using System.Collections.Immutable;
using System.Reactive.Subjects;
using System.Runtime.InteropServices;
using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Problems;
using Profiler.Core.Recording;
using Profiler.Core.Wire;

namespace Profiler.Core.Capture;

/// <summary>Plays the events of a recording at the original speed, faster or slower.</summary>
public sealed class ReplaySource : IEventSource
{
    private readonly RecordingReader _reader;
    private readonly Stream _file;
    private readonly Subject<ReadOnlyMemory<byte>> _records = new();
    private readonly byte[] _one = new byte[WireEvent.Size];

    /// <param name="file">The recording; disposed with this.</param>
    /// <param name="speed">1 is the original speed, 10 is ten times as fast.</param>
    /// <param name="time">The clock that drives it.</param>
    public ReplaySource(Stream file, double speed, TimeProvider time)
    {
        _file = file;
        _reader = RecordingReader.Open(file);
        Clock = new ReplayClock(_reader.Info.StartNs, speed, time);
    }

    /// <summary>The playback clock: decides when events are delivered.</summary>
    public ReplayClock Clock { get; }

    ReplayClock? IEventSource.Clock => Clock;

    public CaptureInfo Info => _reader.Info;

    public IObservable<ReadOnlyMemory<byte>> Records => _records;

    public HostFacts Facts => _reader.Facts;

    public long NowNs => Clock.NowNs;

    public ImmutableArray<ProbeInfo> Probes() => _reader.End?.Probes ?? Info.Probes;

    public ImmutableArray<SourceCount> Counts() => _reader.End is not { } end ? [] :
    [
        .. end.Events
            .Select(e => (Kind: EventKindNames.Find(e.Kind), Counted: e))
            .Where(e => e.Kind is not null)
            .Select(e => new SourceCount(e.Kind!.Value, e.Counted.Emitted, e.Counted.Lost)),
    ];

    public ImmutableArray<Problem> Problems() => _reader.AllProblems();

    public void Run(CancellationToken cancellation)
    {
        long lastNs = Info.StartNs;
        foreach (ReadOnlyMemory<byte> batch in _reader.Batches())
        {
            for (int offset = 0; offset < batch.Length; offset += WireEvent.Size)
            {
                ReadOnlyMemory<byte> record = batch[offset..Math.Min(batch.Length, offset + WireEvent.Size)];
                if (record.Length == WireEvent.Size)
                    lastNs = (long)Math.Min(MemoryMarshal.Read<WireEvent>(record.Span).TimeNs, EventDecoder.LatestNs);
                if (!Clock.WaitFor(lastNs, cancellation))
                    return;
                // Also a truncated event: the decoder reports it.
                record.CopyTo(_one);
                _records.OnNext(_one.AsMemory(0, record.Length));
            }
        }
        Clock.End(lastNs);
        _records.OnCompleted();
    }

    public void Dispose()
    {
        _records.Dispose();
        _file.Dispose();
    }
}
