using System.Text;
using Profiler.Host.Files;
using Profiler.Linux;

namespace Profiler.Cli.Unix;

/// <summary>
/// Standard output and error, also when they are closed or full. Standard output that cannot be written is an
/// <see cref="IOException"/>, one without a reader a <see cref="BrokenPipeException"/>. Errors of standard error are ignored, as
/// they cannot be reported.
/// </summary>
internal static class StandardStreams
{
    /// <summary>Replaces those of .NET's console; to be called before anything else is opened.</summary>
    public static void TakeOver()
    {
        for (int fd = 0; fd <= 2; fd++)
        {
            // The next file opened must not become standard output.
            if (Posix.fcntl(fd, Posix.F_GETFD) < 0)
                Reserve(fd);
        }
        Console.SetOut(Writer(StreamOf(1, "standard output")));
        Console.SetError(Writer(new Silent(StreamOf(2, "standard error"))));
    }

    /// <summary>Standard output for bytes; not buffered.</summary>
    public static Stream OpenOutput() => StreamOf(1, "standard output");

    private static TextWriter Writer(Stream stream) =>
        TextWriter.Synchronized(new StreamWriter(stream, new UTF8Encoding(false), bufferSize: 4096) { AutoFlush = true });

    // A descriptor that is closed on exec was opened by the runtime, not inherited.
    private static DescriptorStream StreamOf(int fd, string name) =>
        (Posix.fcntl(fd, Posix.F_GETFD) & Posix.FD_CLOEXEC) != 0 || (Posix.fcntl(fd, Posix.F_GETFL) & Posix.O_ACCMODE) == 0
            ? new DescriptorStream(-1, name, owns: false)
            : new DescriptorStream(fd, name, owns: false);

    private static void Reserve(int fd)
    {
        // Opened for reading, so that a write fails; not inherited by child processes.
        int nothing = Posix.open("/dev/null", Posix.O_CLOEXEC);
        if (nothing >= 0 && nothing != fd)
        {
            _ = Posix.dup2(nothing, fd);
            _ = Posix.close(nothing);
        }
    }

    /// <summary>Ignores errors of writing.</summary>
    private sealed class Silent(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                inner.Write(buffer);
            }
            catch (IOException)
            {
                // It cannot be reported.
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
