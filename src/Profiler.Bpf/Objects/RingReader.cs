using Profiler.Bpf.Ring;

namespace Profiler.Bpf.Objects;

/// <summary>
/// Reads the records of a ring buffer in the order in which programs reserved them. One thread reads. A program whose record finds no
/// room gets a null pointer from <c>bpf_ringbuf_reserve</c>: only the program can count what is lost.
/// </summary>
public sealed class RingReader : IDisposable
{
    private readonly RingMapping _mapping;
    private readonly RingRecords _records;
    private readonly RingWait _wait;
    private SpinWait _backOff;

    /// <exception cref="BpfException">It cannot be mapped.</exception>
    internal RingReader(int map) : this(RingMapping.Of(map), map)
    {
    }

    /// <param name="mapping">Disposed with this.</param>
    /// <param name="fd">File descriptor to wait for.</param>
    internal RingReader(RingMapping mapping, int fd) => (_mapping, _records, _wait) = (mapping, new RingRecords(mapping), new RingWait(fd));

    /// <summary>Waits for records, at most the given time, then hands over all that are complete.</summary>
    /// <param name="timeout">Maximum time, rounded up to milliseconds; none if negative.</param>
    /// <param name="handle">
    /// Gets each record where it is in the ring buffer; its space is returned to the kernel when it returns. A record for which it throws
    /// is not delivered again.
    /// </param>
    /// <returns>Number of records.</returns>
    /// <exception cref="BpfException">The ring buffer cannot be read.</exception>
    public int Poll(TimeSpan timeout, RecordHandler handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        bool waiting = _wait.ForRecords(timeout);
        int records = _records.ForEach(handle);
        if (waiting && records == 0 && !_records.IsEmpty)
            _backOff.SpinOnce(); // the first record is still being written: the wait would end at once
        else
            _backOff.Reset();
        return records;
    }

    /// <summary>Ends the wait in <see cref="Poll"/>, and all later ones; on any thread.</summary>
    public void Interrupt() => _wait.Interrupt();

    /// <summary>Unmaps it. Records that nobody read stay in the ring buffer.</summary>
    public void Dispose()
    {
        _wait.Dispose();
        _mapping.Dispose();
    }
}
