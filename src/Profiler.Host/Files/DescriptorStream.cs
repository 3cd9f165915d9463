using System.Runtime.InteropServices;
using Profiler.Linux;

namespace Profiler.Host.Files;

/// <summary>The reader of the output has closed it.</summary>
public sealed class BrokenPipeException(string message) : IOException(message, Errno.EPIPE);

/// <summary>
/// Writes to an open descriptor: a device, a pipe, a terminal, a file. Not buffered. Every failure is an exception, other than in
/// .NET's console streams, which ignore a broken pipe.
/// </summary>
/// <param name="fd">The descriptor.</param>
/// <param name="name">Its name in messages.</param>
/// <param name="owns">Disposing closes the descriptor.</param>
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
            if (errno == Errno.EAGAIN) // shared with a process that made it non-blocking
                Thread.Sleep(10);
            else if (errno != Errno.EINTR)
                throw Failed(name, errno);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() { }

    /// <summary>Waits until a file is on the disk; does nothing for a pipe or a device.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public void Sync()
    {
        // EINVAL: the descriptor does not support it (fsync(2)).
        if (Posix.fsync(fd) < 0 && Marshal.GetLastPInvokeError() is not Errno.EINVAL and var errno)
            throw Failed(name, errno);
    }

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
