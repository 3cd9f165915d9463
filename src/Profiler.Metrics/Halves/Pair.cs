using System.Runtime.InteropServices;
using Profiler.Linux;

namespace Profiler.Metrics.Halves;

/// <summary>One end of the pair of sockets between the halves. Blocking; one thread reads, any thread writes.</summary>
/// <param name="fd">Its descriptor, which this owns.</param>
internal sealed class Pair(int fd) : IDisposable
{
    private readonly Lock _writing = new();
    private readonly Lock _closing = new();
    private readonly byte[] _readHead = new byte[MessageHead.Size];
    private bool _closed;

    /// <summary>Both ends; closed on exec.</summary>
    /// <exception cref="IOException">No descriptors are left.</exception>
    public static (Pair Ours, int Theirs) Create()
    {
        int[] ends = new int[2];
        return Posix.socketpair(Posix.AF_UNIX, Posix.SOCK_STREAM | Posix.SOCK_CLOEXEC, 0, ends) == 0
            ? (new Pair(ends[0]), ends[1])
            : throw new IOException($"socketpair: {Errno.Text(Marshal.GetLastPInvokeError())}");
    }

    /// <summary>The head of the next message; null at the end.</summary>
    /// <param name="longest">Maximum length of a body, bytes.</param>
    /// <exception cref="InvalidDataException">It is none.</exception>
    /// <exception cref="IOException">The other end is gone, in the middle of a message.</exception>
    public MessageHead? ReadHead(int longest)
    {
        int read = ReadSome(_readHead);
        if (read == 0)
            return null;
        Read(_readHead.AsSpan(read));
        return MessageHead.Read(_readHead, longest);
    }

    /// <summary>Fills a buffer.</summary>
    /// <exception cref="IOException">The other end is gone.</exception>
    public void Read(Span<byte> to)
    {
        while (!to.IsEmpty)
        {
            int read = ReadSome(to);
            if (read == 0)
                throw new EndOfStreamException("the other half is gone");
            to = to[read..];
        }
    }

    /// <summary>Writes a message.</summary>
    /// <exception cref="IOException">The other end is gone.</exception>
    public void Write(byte kind, byte detail, ReadOnlySpan<byte> body)
    {
        Span<byte> head = stackalloc byte[MessageHead.Size];
        new MessageHead(kind, detail, body.Length).Write(head);
        lock (_writing)
        {
            if (_closed)
                throw new IOException("the other half is gone");
            WriteAll(head);
            WriteAll(body);
        }
    }

    /// <summary>Both ends read their end of file, also who reads or writes right now.</summary>
    public void End()
    {
        lock (_closing)
        {
            if (!_closed)
                _ = Posix.shutdown(fd, Posix.SHUT_RDWR);
        }
    }

    /// <summary>Closes it; nobody reads any more, and who writes does not any more after <see cref="End"/>.</summary>
    public void Dispose()
    {
        End();
        lock (_writing)
        {
            lock (_closing)
            {
                if (!_closed)
                    _ = Posix.close(fd);
                _closed = true;
            }
        }
    }

    private int ReadSome(Span<byte> to)
    {
        while (true)
        {
            nint read = Posix.read(fd, ref MemoryMarshal.GetReference(to), to.Length);
            if (read >= 0)
                return (int)read;
            if (Marshal.GetLastPInvokeError() is not Errno.EINTR and var errno)
                throw new IOException($"the other half: {Errno.Text(errno)}", errno);
        }
    }

    private void WriteAll(ReadOnlySpan<byte> from)
    {
        while (!from.IsEmpty)
        {
            nint written = Posix.write(fd, in MemoryMarshal.GetReference(from), from.Length);
            if (written >= 0)
                from = from[(int)written..];
            else if (Marshal.GetLastPInvokeError() is not Errno.EINTR and var errno)
                throw new IOException($"the other half: {Errno.Text(errno)}", errno);
        }
    }
}
