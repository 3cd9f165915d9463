namespace Profiler.Metrics.Halves;

/// <summary>What the talking half asks; the numbers are those on the wire.</summary>
internal enum Ask : byte
{
    /// <summary>The text of a file of the web configuration; the body is its path.</summary>
    File = 1,

    /// <summary>The stamp of such a file.</summary>
    Stamp = 2,

    /// <summary>"My configuration is read": answered when the kernel half is ready to be asked. Detail: 1 with TLS.</summary>
    Configured = 3,

    /// <summary>"I listen": answered when the capture has begun.</summary>
    Listening = 4,

    /// <summary>The metrics of this moment. Detail: <see cref="Formats.Writer"/>.</summary>
    Metrics = 5,

    /// <summary>"I cannot start." Detail: the exit code; the body says why. Not answered.</summary>
    Failed = 6,
}

/// <summary>What the kernel half tells.</summary>
internal enum Tell : byte
{
    /// <summary>An answer; of a file, detail 1 if all users may read it.</summary>
    Answer = 1,

    /// <summary>No answer; the body says why. Detail: <see cref="Refusal"/>.</summary>
    Refused = 2,

    /// <summary>"Read the web configuration again", at any time.</summary>
    Reload = 3,
}

/// <summary>Why there is no answer.</summary>
internal enum Refusal : byte
{
    /// <summary>An error of the system.</summary>
    System = 1,

    /// <summary>The file is not one that may decide who gets in.</summary>
    Unsafe = 2,

    /// <summary>The file was not named before the first request could come.</summary>
    NotNamed = 3,
}

/// <summary>The head of a message: 8 bytes, then <paramref name="Length"/> bytes.</summary>
/// <param name="Kind">An <see cref="Ask"/> or a <see cref="Tell"/>.</param>
/// <param name="Detail">Depends on the kind.</param>
/// <param name="Length">Of the body, bytes; little endian on the wire, as all hosts are that this runs on.</param>
internal readonly record struct MessageHead(byte Kind, byte Detail, int Length)
{
    /// <summary>Bytes of a head: kind, detail, two zeros, length.</summary>
    public const int Size = 8;

    public void Write(Span<byte> to)
    {
        (to[0], to[1], to[2], to[3]) = (Kind, Detail, 0, 0);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(to[4..], Length);
    }

    /// <exception cref="InvalidDataException">Not zero where it must be, or a body longer than allowed.</exception>
    public static MessageHead Read(ReadOnlySpan<byte> from, int longest)
    {
        int length = System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(from[4..]);
        return from[2] == 0 && from[3] == 0 && length >= 0 && length <= longest
            ? new MessageHead(from[0], from[1], length)
            : throw new InvalidDataException($"a message of kind {from[0]} with a length of {length}");
    }
}
