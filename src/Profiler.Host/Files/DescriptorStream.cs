using System.Runtime.InteropServices;
using Profiler.Linux;

namespace Profiler.Host.Files;

/// <summary>Whoever read what we write reads no more.</summary>
public sealed class BrokenPipeException(string message) : IOException(message, Errno.EPIPE);

/// <summary>
/// Writes to a descriptor as it is: a device, a pipe, a terminal, a file that somebody else opened. Nothing is held back,
/// and each failure is told, other than by the console's streams of .NET, which keep quiet of a broken pipe.
/// </summary>
/// <param name="fd">The descriptor.</param>
/// <param name="name">What to call it in messages.</param>
/// <param name="owns">It is closed with this.</param>
public sealed class DescriptorStream(int fd, string name, bool owns) : Stream
{
    private bool _closed;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => !_closed;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The error of a write that failed.</summary>
    public static IOException Failed(string name, int errno)
    {
        string message = $"{name} cannot be written: {Errno.Text(errno)}";
        return errno == Errno.EPIPE ? new BrokenPipeException(message) : new IOException(message, errno);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint written = Posix.write(fd, in MemoryMarshal.GetReference(buffer), buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }
            int errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.EAGAIN) // somebody shares it with us who does not want to wait
                Thread.Sleep(10);
            else if (errno != Errno.EINTR)
                throw Failed(name, errno);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (!_closed && owns)
            _ = Posix.close(fd);
        _closed = true;
        base.Dispose(disposing);
    }
}
