using System.Text;
using Profiler.Host.Files;
using Profiler.Linux;

namespace Profiler.Cli.Unix;

/// <summary>
/// Standard output and error, whatever was made of them: what cannot be written to standard output is an
/// <see cref="IOException"/>, a reader that went away a <see cref="BrokenPipeException"/>; of standard error nobody could
/// be told, so it fails in silence.
/// </summary>
internal static class StandardStreams
{
    /// <summary>Takes them over from .NET's console; before anything else is opened.</summary>
    public static void TakeOver()
    {
        for (int fd = 0; fd <= 2; fd++)
        {
            // Whatever is opened next must not become our standard output.
            if (Posix.fcntl(fd, Posix.F_GETFD) < 0)
                Reserve(fd);
        }
        Console.SetOut(Writer(StreamOf(1, "standard output")));
        Console.SetError(Writer(new Silent(StreamOf(2, "standard error"))));
    }

    private static TextWriter Writer(Stream stream) =>
        TextWriter.Synchronized(new StreamWriter(stream, new UTF8Encoding(false), bufferSize: 4096) { AutoFlush = true });

    // What the runtime opened for itself is closed when a program is executed: it did not come from outside.
    private static DescriptorStream StreamOf(int fd, string name) =>
        (Posix.fcntl(fd, Posix.F_GETFD) & Posix.FD_CLOEXEC) != 0 || (Posix.fcntl(fd, Posix.F_GETFL) & Posix.O_ACCMODE) == 0
            ? new DescriptorStream(-1, name, owns: false)
            : new DescriptorStream(fd, name, owns: false);

    private static void Reserve(int fd)
    {
        // Cannot be written to, so that whoever does hears of it; and is not handed to programs that we start.
        int nothing = Posix.open("/dev/null", Posix.O_CLOEXEC);
        if (nothing >= 0 && nothing != fd)
        {
            _ = Posix.dup2(nothing, fd);
            _ = Posix.close(nothing);
        }
    }

    /// <summary>Takes what it is given; if that cannot be written it is lost.</summary>
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
                // There is nobody to tell.
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
