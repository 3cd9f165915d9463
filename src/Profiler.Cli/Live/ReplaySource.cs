using System.Collections.Immutable;
using System.Reactive.Subjects;
using System.Runtime.InteropServices;
using Profiler.Core.Recording;
using Profiler.Core.Wire;

namespace Profiler.Cli.Live;

/// <summary>Events of a recording, in the rhythm in which they happened, or faster or slower.</summary>
internal sealed class ReplaySource : IEventSource
{
    private readonly RecordingReader _reader;
    private readonly Stream _file;
    private readonly double _speed;
    private readonly TimeProvider _time;
    private readonly Subject<ReadOnlyMemory<byte>> _records = new();
    private readonly byte[] _one = new byte[WireEvent.Size];
    private readonly long _startedAt;

    /// <param name="file">The recording; disposed with this.</param>
    /// <param name="speed">1 is as it happened, 10 ten times as fast.</param>
    /// <param name="time">Whose timers pace it.</param>
    public ReplaySource(Stream file, double speed, TimeProvider time)
    {
        (_file, _speed, _time) = (file, speed, time);
        _reader = RecordingReader.Open(file);
        _startedAt = time.GetTimestamp();
    }

    public CaptureInfo Info => _reader.Info;

    public IObservable<ReadOnlyMemory<byte>> Records => _records;

    public Surroundings Surroundings => _reader.Surroundings;

    public long NowNs => Info.StartNs + (long)(_time.GetElapsedTime(_startedAt).TotalNanoseconds * _speed);

    public ImmutableArray<ProbeInfo> Probes() => _reader.End?.Probes ?? Info.Probes;

    public ImmutableArray<SourceCount> Counts() => _reader.End is not { } end ? [] :
    [
        .. end.Events.Select((e, i) => new SourceCount(i + 1, e.Emitted, e.Lost)),
    ];

    public void Run(CancellationToken cancellation)
    {
        foreach (ReadOnlyMemory<byte> batch in _reader.Batches())
        {
            for (int offset = 0; offset + WireEvent.Size <= batch.Length; offset += WireEvent.Size)
            {
                ReadOnlyMemory<byte> record = batch.Slice(offset, WireEvent.Size);
                if (!WaitUntil((long)MemoryMarshal.Read<WireEvent>(record.Span).TimeNs, cancellation))
                    return;
                record.CopyTo(_one);
                _records.OnNext(_one);
            }
        }
        _records.OnCompleted();
    }

    public void Dispose()
    {
        _records.Dispose();
        _file.Dispose();
    }

    private bool WaitUntil(long eventNs, CancellationToken cancellation)
    {
        var ahead = TimeSpan.FromMicroseconds((eventNs - NowNs) / _speed / 1000);
        if (ahead > TimeSpan.Zero)
            Task.Delay(ahead, _time, cancellation).ContinueWith(_ => { }, TaskScheduler.Default).Wait(CancellationToken.None);
        return !cancellation.IsCancellationRequested;
    }
}
