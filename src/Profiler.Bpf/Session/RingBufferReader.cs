using System.Reactive.Subjects;
using System.Runtime.InteropServices;
using Profiler.Bpf.Native;
using Profiler.Linux;

namespace Profiler.Bpf.Session;

/// <summary>
/// Turns what the ring buffer holds into batches of records, back to back. A batch is one buffer used
/// again and again: it must not outlive OnNext. All runs on the thread that calls <see cref="Poll"/>;
/// while that thread is busy the ring buffer fills, and what it refuses the kernel counts.
/// </summary>
internal sealed unsafe class RingBufferReader : IDisposable
{
    private const int BatchBytes = 64 * 1024;

    private readonly byte[] _batch = new byte[BatchBytes];
    private readonly Subject<ReadOnlyMemory<byte>> _records = new();
    private readonly RingBufferHandle _ring;
    private GCHandle _self;
    private int _length;
    private Exception? _error;

    public RingBufferReader(int mapFd)
    {
        _self = GCHandle.Alloc(this);
        _ring = new RingBufferHandle(LibBpf.ring_buffer__new(mapFd, &OnSample, GCHandle.ToIntPtr(_self), null));
        if (_ring.IsInvalid)
        {
            int errno = Marshal.GetLastPInvokeError();
            _self.Free();
            throw new BpfException($"the ring buffer cannot be read: {Marshal.GetPInvokeErrorMessage(errno)}");
        }
    }

    public IObservable<ReadOnlyMemory<byte>> Records => _records;

    /// <summary>Waits at most so long for records, then hands on all there are.</summary>
    public void Poll(TimeSpan timeout) => Check(LibBpf.ring_buffer__poll(_ring, (int)timeout.TotalMilliseconds));

    /// <summary>Hands on what is left, then completes <see cref="Records"/>.</summary>
    public void Complete()
    {
        Check(LibBpf.ring_buffer__consume(_ring));
        _records.OnCompleted();
    }

    /// <summary>Ends <see cref="Records"/> with an error.</summary>
    public void Fail(Exception error) => _records.OnError(error);

    public void Dispose()
    {
        _ring.Dispose();
        if (_self.IsAllocated)
            _self.Free();
        _records.Dispose();
    }

    private void Check(int result)
    {
        Deliver();
        if (_error is not null)
            throw _error;
        if (result < 0 && -result != Errno.EINTR)
            throw new BpfException($"the ring buffer cannot be read: {Marshal.GetPInvokeErrorMessage(-result)}");
    }

    private void Deliver()
    {
        if (_length == 0)
            return;
        int length = _length;
        _length = 0;
        _records.OnNext(_batch.AsMemory(0, length));
    }

    private void Add(ReadOnlySpan<byte> record)
    {
        if (_length + record.Length > BatchBytes)
            Deliver();
        record.CopyTo(_batch.AsSpan(_length));
        _length += record.Length;
    }

    // Called by C: an exception must not cross back into it, so it waits for Check.
    [UnmanagedCallersOnly]
    private static int OnSample(nint context, nint data, nuint size)
    {
        var reader = (RingBufferReader)GCHandle.FromIntPtr(context).Target!;
        try
        {
            reader.Add(new ReadOnlySpan<byte>((void*)data, (int)size));
            return 0;
        }
#pragma warning disable CA1031 // whatever it is, it is thrown again on our side
        catch (Exception e)
#pragma warning restore CA1031
        {
            reader._error = e;
            return -Errno.ECANCELED;
        }
    }
}
