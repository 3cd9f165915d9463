using System.Buffers;

namespace Profiler.Core.Protobuf;

/// <summary>A growable byte buffer on a pooled array: what is written again and again creates no garbage.</summary>
public sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(64 * 1024);

    /// <summary>Number of bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>The written bytes; not valid after Dispose.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return _bytes.AsSpan(Length);
    }

    /// <summary>Inserts space into the written bytes; the bytes after it move up.</summary>
    /// <param name="at">Offset of the space.</param>
    /// <param name="count">Size of the space, bytes.</param>
    public Span<byte> Insert(int at, int count)
    {
        Reserve(count);
        _bytes.AsSpan(at, Length - at).CopyTo(_bytes.AsSpan(at + count));
        Length += count;
        return _bytes.AsSpan(at, count);
    }

    /// <summary>Takes all that was written out again; the array is kept.</summary>
    public void Clear() => Length = 0;

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Length = 0;
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - Length >= count)
            return;
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, Length + count));
        Written.Span.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
