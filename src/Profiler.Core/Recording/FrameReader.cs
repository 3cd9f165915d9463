using System.Buffers;

namespace Profiler.Core.Recording;

/// <summary>
/// Reads frames from a stream. A damaged frame is skipped: the next one is found by its marker and its header's checksum. Memory is
/// bounded by the length of the stream, whatever a header claims.
/// </summary>
internal sealed class FrameReader(Stream input) : IDisposable
{
    private const int Chunk = 64 * 1024;

    // A payload that does not match its header may contain whole frames, if bytes were cut out. So it is scanned again, but only this
    // often: a crafted file must not keep the reader busy.
    private const int MaxRescans = 1000;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Chunk);
    private int _start, _end;
    private bool _exhausted;
    private uint _expected;
    private int _rescans;

    // Since the last whole frame: bytes that belong to no frame, and whether the end of the file explains them.
    private bool _skipped, _onlyCut = true;

    /// <summary>Number of frames that are damaged, missing or written twice.</summary>
    public long Damaged { get; private set; }

    /// <summary>The next whole frame; null at the end. Its payload is valid until the next call.</summary>
    public (FrameKind Kind, ReadOnlyMemory<byte> Payload)? Next()
    {
        while (Has(FrameHeader.Length))
        {
            if (FrameHeader.Read(Ahead[..FrameHeader.Length]) is { } header && header.Number >= _expected)
            {
                int length = FrameHeader.Length + header.PayloadLength;
                bool whole = Has(length);
                if (whole && header.Fits(Ahead[FrameHeader.Length..length]))
                {
                    ReadOnlyMemory<byte> payload = _buffer.AsMemory(_start + FrameHeader.Length, header.PayloadLength);
                    _start += length;
                    Damaged += header.Number - _expected is > 0 and var missing ? missing : _skipped ? 1 : 0;
                    (_expected, _skipped, _onlyCut) = (header.Number + 1, false, true);
                    return (header.Kind, payload);
                }
                _onlyCut &= !whole;
                if (_rescans++ >= MaxRescans && whole)
                    _start += length - 1;
            }
            else if (!_skipped)
                _onlyCut = false;
            Skip();
        }
        // A truncated file ends with less than a header.
        if (_skipped && !_onlyCut)
            Damaged++;
        return null;
    }

    /// <summary>Counts as damage what follows the last frame.</summary>
    public void ExpectEnd()
    {
        if (Has(1))
            Damaged++;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        // Nothing can be read any more.
        (_buffer, _start, _end, _exhausted) = ([], 0, 0, true);
    }

    private ReadOnlySpan<byte> Ahead => _buffer.AsSpan(_start, _end - _start);

    // To the next possible begin of a frame.
    private void Skip()
    {
        _skipped = true;
        _start++;
        int next = Ahead.IndexOf(FrameHeader.Marker);
        _start = next >= 0 ? _start + next : Math.Max(_start, _end - FrameHeader.Marker.Length + 1);
    }

    private bool Has(int bytes)
    {
        while (_end - _start < bytes && !_exhausted)
        {
            if (_start > 0)
            {
                Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
                (_start, _end) = (0, _end - _start);
            }
            if (_end == _buffer.Length)
                Grow();
            int read = input.Read(_buffer, _end, _buffer.Length - _end);
            _end += read;
            _exhausted = read == 0;
        }
        return _end - _start >= bytes;
    }

    private void Grow()
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        Buffer.BlockCopy(_buffer, 0, larger, 0, _end);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
