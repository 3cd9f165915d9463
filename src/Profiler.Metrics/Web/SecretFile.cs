using System.Text;
using Profiler.Linux;

namespace Profiler.Metrics.Web;

/// <summary>Files that decide who gets in, or that prove who we are.</summary>
internal static class SecretFile
{
    private const int Longest = 1 << 20;

    /// <summary>Reads a file, symbolic links followed.</summary>
    /// <exception cref="WebConfigException">No regular file, longer than 1 MiB, or every user may write it.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string Read(string path)
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
        return length <= Longest ? reader.ReadToEnd() : throw new WebConfigException(1, $"{path} is longer than 1 MiB");
    }

    /// <summary>Whether every user may read it.</summary>
    public static bool IsPublic(string path) => Posix.Stat(path)?.Permissions.HasFlag(UnixFileMode.OtherRead) ?? false;
}
