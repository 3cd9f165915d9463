using System.Reactive.Subjects;
using System.Runtime.InteropServices;
using Profiler.Bpf.Native;
using Profiler.Linux;

namespace Profiler.Bpf.Session;

/// <summary>
/// Reads the ring buffer as batches of contiguous records. All batches reuse one buffer: a batch is valid until OnNext returns.
/// All work runs on the thread that calls <see cref="Poll"/>. While that thread is busy the ring buffer fills, and the kernel
/// counts the records it refuses.
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

    /// <summary>Waits for records, at most the given time, then delivers all available records.</summary>
    public void Poll(TimeSpan timeout) => Check(LibBpf.ring_buffer__poll(_ring, (int)timeout.TotalMilliseconds));

    /// <summary>Delivers the remaining records, then completes <see cref="Records"/>.</summary>
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

    // Called from C: an exception must not propagate into C, so it is stored until Check.
    [UnmanagedCallersOnly]
    private static int OnSample(nint context, nint data, nuint size)
    {
        var reader = (RingBufferReader)GCHandle.FromIntPtr(context).Target!;
        try
        {
            reader.Add(new ReadOnlySpan<byte>((void*)data, (int)size));
            return 0;
        }
#pragma warning disable CA1031 // any exception is rethrown in managed code
        catch (Exception e)
#pragma warning restore CA1031
        {
            reader._error = e;
            return -Errno.ECANCELED;
        }
    }
}
