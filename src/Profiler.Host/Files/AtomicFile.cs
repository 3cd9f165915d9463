using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Profiler.Core;
using Profiler.Core.Wire;
using Profiler.Linux;

namespace Profiler.Host.Files;

#pragma warning disable CA1416 // not on Windows: like all of this

/// <summary>
/// A file that has its name only when it is whole: written beside it under a name that nobody can foresee, and renamed by
/// <see cref="Commit"/>. Of two writers the last one wins, whole. What is no regular file (a device, a pipe, a descriptor of
/// ours) is written as it is; a symbolic link stays one; owner and permissions of a file that is there are kept.
/// </summary>
public sealed class AtomicFile : IDisposable
{
    /// <summary>For nobody else: recordings tell about the whole machine, addresses of the kernel among it.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const int MostLinks = 40; // path_resolution(7)

    private static readonly ConcurrentDictionary<AtomicFile, byte> Unfinished = new();

    private readonly string _path;

    // Where it will be, links followed, and what it is called until then; null if it is written in place.
    private readonly string _target = "";
    private readonly string? _partial;
    private readonly bool _copyBack;
    private bool _done;

    /// <param name="path">Where to; "/dev/stdout" and the like are fine.</param>
    /// <param name="mode">Permissions of a file that is not there yet; as the umask says by default.</param>
    /// <exception cref="UserException">The place cannot be written to.</exception>
    public AtomicFile(string path, UnixFileMode? mode = null)
    {
        _path = path;
        FileFacts? there = Posix.Stat(path);
        if (there is { IsDirectory: true } || path.EndsWith('/') || path.Length == 0)
            throw UserException.Usage($"{Name} is a directory: name a file");
        if (OwnDescriptor(path) is { } descriptor)
        {
            Stream = new DescriptorStream(descriptor, Name, owns: false);
            return;
        }
        if (there is { IsRegular: false })
        {
            Stream = InPlace(Posix.O_NOCTTY);
            return;
        }
        // May we? A link that somebody else put into a directory such as /tmp, the kernel does not follow (proc_sys_fs(5)).
        if (there is not null || IsLink(path))
            Probe();
        _target = Resolve(path);
        try
        {
            (_partial, FileStream stream) = CreatePartial(_target, mode);
            Stream = stream;
            Unfinished[this] = 0;
            _copyBack = there is { } before && !TakeAfter(stream, before);
        }
        catch (UnauthorizedAccessException) when (there is not null)
        {
            // The file may be written, its directory may not.
            Stream = InPlace(Posix.O_TRUNC);
        }
        catch (DirectoryNotFoundException e)
        {
            throw UserException.Usage($"{Name} cannot be written: there is no such directory", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserException.NotPossible($"{Name} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>What is written. Nothing is held back.</summary>
    public Stream Stream { get; }

    private string Name => Printable.Clean(_path, 4096);

    /// <summary>The file is whole: it gets its name.</summary>
    /// <exception cref="IOException">It does not: what was written is where <see cref="Keep"/> says.</exception>
    public void Commit()
    {
        if (Stream is FileStream file)
            file.Flush(flushToDisk: true);
        Stream.Dispose();
        if (_partial is not null)
        {
            if (_copyBack || !Rename())
                CopyBack();
            Unfinished.TryRemove(this, out _);
        }
        _done = true;
    }

    /// <summary>
    /// The file will not be whole, and what was written is to be kept: under its name, or if a file has that already,
    /// under the one it had until now.
    /// </summary>
    /// <returns>Where it is.</returns>
    public string Keep()
    {
        Stream.Dispose();
        Unfinished.TryRemove(this, out _);
        if (_done || _partial is null)
            return Name;
        _done = true;
        try
        {
            File.Move(_partial, _target, overwrite: false);
            return Name;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Printable.Clean(_partial, 4096);
        }
    }

    public void Dispose()
    {
        Stream.Dispose();
        if (!_done)
            Remove();
    }

    /// <summary>What is not whole goes: for whoever ends the process at once.</summary>
    public static void RemoveUnfinished()
    {
        foreach (AtomicFile file in Unfinished.Keys)
            file.Remove();
    }

    private void Remove()
    {
        Unfinished.TryRemove(this, out _);
        if (_partial is null)
            return;
        try
        {
            File.Delete(_partial);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays: there is nothing more that we could do.
        }
    }

    private bool Rename()
    {
        try
        {
            File.Move(_partial!, _target, overwrite: true);
            return true;
        }
        catch (Exception e) when (File.Exists(_target) && e is IOException or UnauthorizedAccessException)
        {
            return false; // something is mounted on it, say
        }
    }

    // Another's file, whose owner we cannot give to a new one.
    private void CopyBack()
    {
        using (FileStream from = File.OpenRead(_partial!))
        using (Stream to = InPlace(Posix.O_TRUNC))
            from.CopyTo(to);
        File.Delete(_partial!);
    }

    private DescriptorStream InPlace(int flags)
    {
        int fd = Posix.open(_path, Posix.O_WRONLY | Posix.O_CLOEXEC | flags);
        return fd >= 0 ? new DescriptorStream(fd, Name, owns: true) : throw Refused();
    }

    private void Probe()
    {
        int fd = Posix.open(_path, Posix.O_WRONLY | Posix.O_CLOEXEC | Posix.O_NONBLOCK);
        if (fd >= 0)
            _ = Posix.close(fd);
        else if (Marshal.GetLastPInvokeError() != Errno.ENOENT)
            throw Refused();
    }

    private UserException Refused() =>
        UserException.NotPossible($"{Name} cannot be written: {Errno.Text(Marshal.GetLastPInvokeError())}");

    // FileMode.CreateNew is O_CREAT | O_EXCL, which follows no link.
    private static (string Path, FileStream Stream) CreatePartial(string target, UnixFileMode? mode)
    {
        string directory = Path.GetDirectoryName(target)!, name = Path.GetFileName(target);
        if (Encoding.UTF8.GetByteCount(name) > 200) // a name has 255 bytes at most
            name = name[..Math.Min(name.Length, 50)];
        while (true)
        {
            string path = Path.Combine(directory, $".{name}.{RandomNumberGenerator.GetHexString(12, lowercase: true)}.partial");
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
                UnixCreateMode = mode,
            };
            try
            {
                return (path, new FileStream(path, options));
            }
            catch (IOException) when (Posix.Stat(path) is not null)
            {
                // Taken: the next one will not be.
            }
        }
    }

    private static bool TakeAfter(FileStream file, FileFacts before)
    {
        bool owned = Posix.fchown(file.SafeFileHandle, before.Uid, before.Gid) == 0;
        File.SetUnixFileMode(file.SafeFileHandle, before.Permissions);
        return owned;
    }

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    // Through all links, by the kernel's rules, to what need not be there.
    private static string Resolve(string path)
    {
        for (int links = 0; links < MostLinks; links++)
        {
            int slash = path.LastIndexOf('/');
            string directory = Posix.RealPath(slash < 0 ? "." : path[..(slash + 1)])
                ?? throw UserException.Usage($"{Printable.Clean(path, 4096)} cannot be written: there is no such directory");
            string here = Path.Combine(directory, path[(slash + 1)..]);
            if (new FileInfo(here).LinkTarget is not { } link)
                return here;
            path = link.StartsWith('/') ? link : $"{directory}/{link}";
        }
        throw UserException.Usage($"{Printable.Clean(path, 4096)} cannot be written: too many symbolic links");
    }

    // /dev/stdout, /dev/fd/3, /proc/self/fd/1: what somebody opened for us, with its place in the file.
    private static int? OwnDescriptor(string path)
    {
        for (int links = 0; links < MostLinks; links++)
        {
            int slash = path.LastIndexOf('/');
            if (slash <= 0 || Posix.RealPath(path[..slash]) is not { } directory)
                return null;
            if (directory == $"/proc/{Environment.ProcessId}/fd" && int.TryParse(path[(slash + 1)..], out int descriptor))
                return descriptor;
            if (new FileInfo(Path.Combine(directory, path[(slash + 1)..])).LinkTarget is not { } link)
                return null;
            path = link.StartsWith('/') ? link : $"{directory}/{link}";
        }
        return null;
    }
}
