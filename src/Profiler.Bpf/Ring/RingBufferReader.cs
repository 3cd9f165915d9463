using System.Diagnostics;
using System.Reactive.Subjects;

namespace Profiler.Bpf.Ring;

/// <summary>
/// Delivers the records of a ring buffer as batches of contiguous records. All batches reuse one buffer: a batch is valid until
/// OnNext returns. All work runs on the thread that calls <see cref="Poll"/>. While that thread is busy the ring buffer fills, and
/// the kernel counts the records it refuses.
/// </summary>
internal sealed class RingBufferReader : IDisposable
{
    private const int BatchBytes = 64 * 1024;

    // A program writes a record in microseconds; it may be interrupted meanwhile.
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(1);

    private readonly byte[] _batch = new byte[BatchBytes];
    private readonly Subject<ReadOnlyMemory<byte>> _records = new();
    private readonly RingMapping _mapping;
    private readonly RingRecords _ring;
    private readonly RingWait _wait;
    private readonly Func<long> _clock;
    private SpinWait _backOff;
    private long _deliveredNs;
    private volatile bool _delivering, _disposed;

    /// <param name="mapFd">The ring buffer, which must stay open.</param>
    /// <param name="clock">The clock of the records, nanoseconds.</param>
    /// <exception cref="BpfException">It cannot be mapped.</exception>
    public RingBufferReader(int mapFd, Func<long> clock) : this(RingMapping.Of(mapFd), mapFd, clock)
    {
    }

    /// <param name="mapping">Disposed with this.</param>
    /// <param name="fd">File descriptor to wait for.</param>
    /// <param name="clock">The clock of the records, nanoseconds.</param>
    internal RingBufferReader(RingMapping mapping, int fd, Func<long> clock) =>
        (_mapping, _ring, _wait, _clock, _deliveredNs) = (mapping, new RingRecords(mapping), new RingWait(fd), clock, clock());

    /// <summary>
    /// All records until then have been delivered, nanoseconds: now, or if any are waiting or being delivered, when there were
    /// none. On any thread.
    /// </summary>
    public long DeliveredUntilNs
    {
        get
        {
            long now = _clock();
            // In this order: a record that has left the ring buffer is being delivered, or was.
            return _disposed || !_ring.IsEmpty || _delivering ? Volatile.Read(ref _deliveredNs) : now;
        }
    }

    public IObservable<ReadOnlyMemory<byte>> Records => _records;

    /// <summary>Waits for records, at most the given time, then delivers all available records.</summary>
    /// <exception cref="BpfException">The ring buffer cannot be read.</exception>
    public void Poll(TimeSpan timeout)
    {
        if (!_wait.ForRecords(timeout) || Deliver())
            _backOff.Reset();
        else
            _backOff.SpinOnce(); // the first record is still being written: the wait would end at once
    }

    /// <summary>Ends the wait in <see cref="Poll"/>, and all later ones; on any thread.</summary>
    public void Interrupt() => _wait.Interrupt();

    /// <summary>Delivers the remaining records, then completes <see cref="Records"/>. No program may begin a record any more.</summary>
    /// <exception cref="BpfException">The ring buffer cannot be read.</exception>
    public void Complete()
    {
        long start = Stopwatch.GetTimestamp();
        for (var backOff = new SpinWait(); Deliver() || (!_ring.IsEmpty && Stopwatch.GetElapsedTime(start) < WriteTimeout);)
            backOff.SpinOnce();
        _records.OnCompleted();
    }

    /// <summary>Ends <see cref="Records"/> with an error.</summary>
    public void Fail(Exception error) => _records.OnError(error);

    public void Dispose()
    {
        _disposed = true;
        _wait.Dispose();
        _mapping.Dispose();
        _records.Dispose();
    }

    // True if there was any.
    private bool Deliver()
    {
        _delivering = true;
        for (bool any = false; ; any = true)
        {
            long now = _clock();
            int length = _ring.Read(_batch);
            if (length == 0)
            {
                if (_ring.IsEmpty)
                    Volatile.Write(ref _deliveredNs, now);
                _delivering = false;
                return any;
            }
            _records.OnNext(_batch.AsMemory(0, length));
        }
    }
}
