using System.Text;
using Profiler.Linux;

namespace Profiler.Metrics.Web;

/// <summary>A file's text.</summary>
/// <param name="Text">All of it.</param>
/// <param name="IsPublic">Whether every user may read it.</param>
public sealed record SecretText(string Text, bool IsPublic);

/// <summary>Reads files that decide who gets in, or that prove who we are.</summary>
public interface ISecretFiles
{
    /// <summary>Reads a file, symbolic links followed.</summary>
    /// <exception cref="WebConfigException">No regular file, longer than 1 MiB, or every user may write it.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    SecretText Read(string path);

    /// <summary>Another text after each change of the file.</summary>
    string Stamp(string path);
}

/// <summary>Files that this process opens itself.</summary>
internal sealed class SecretFile : ISecretFiles
{
    public static readonly SecretFile Own = new();

    private const int Longest = 1 << 20;

    private SecretFile() { }

    public SecretText Read(string path)
    {
        // Opening a pipe would wait for its writer, and a device has no end.
        if (Posix.Stat(path) is not { } file)
            throw new FileNotFoundException($"Could not find file '{path}'.");
        if (!file.IsRegular)
            throw new WebConfigException(1, $"{path} is no regular file");
        if (file.Permissions.HasFlag(UnixFileMode.OtherWrite))
            throw new WebConfigException(1, $"all users may write {path}, and so decide who gets in: chmod o-w");
        // Its size may be wrong, as that of files in /proc.
        using FileStream stream = File.OpenRead(path);
        var bytes = new byte[Longest + 1];
        int length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        using var reader = new StreamReader(new MemoryStream(bytes, 0, length), Encoding.UTF8);
        return length <= Longest
            ? new SecretText(reader.ReadToEnd(), file.Permissions.HasFlag(UnixFileMode.OtherRead))
            : throw new WebConfigException(1, $"{path} is longer than 1 MiB");
    }

    // Kubernetes exchanges a directory behind a link: what counts is the file at the end of all links.
    public string Stamp(string path) => Posix.RealPath(path) is { } real && new FileInfo(real) is { Exists: true } info
        ? $"{real} {info.LastWriteTimeUtc.Ticks} {info.Length}"
        : "none";
}
