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
/// A file that appears under its name only when it is complete: written to a temporary file with an unpredictable name in the
/// same directory, and renamed by <see cref="Commit"/>. Of two writers the last one wins. A device, a pipe or an open descriptor
/// is written in place; a symbolic link is kept; owner and permissions of an existing file are kept.
/// </summary>
public sealed class AtomicFile : IDisposable
{
    /// <summary>Readable by the owner only: recordings contain data about the whole machine, and kernel addresses.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const int MaxLinks = 40; // path_resolution(7)

    private static readonly ConcurrentDictionary<AtomicFile, byte> Unfinished = new();

    private readonly string _path;

    // The target with links resolved, and the temporary file; null if it is written in place.
    private readonly string _target = "";
    private readonly string? _partial;
    private readonly bool _copyBack;
    private bool _done;

    /// <param name="path">The file, or a path such as "/dev/stdout".</param>
    /// <param name="mode">Permissions of a new file; by default those of the umask.</param>
    /// <exception cref="UserException">The path cannot be written.</exception>
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
        // Checks permissions. The kernel does not follow another user's link in a directory such as /tmp (proc_sys_fs(5)).
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

    /// <summary>To write to; not buffered.</summary>
    public Stream Stream { get; }

    private string Name => Printable.Clean(_path, 4096);

    /// <summary>Renames the complete file to its name.</summary>
    /// <exception cref="IOException">It cannot be renamed; see <see cref="Keep"/>.</exception>
    public void Commit()
    {
        Sync(Stream);
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
    /// Gives the complete file another name in its directory, unless there is a file of that name; name and file are on the disk then.
    /// </summary>
    /// <returns>False if there is one: the file can be given another name.</returns>
    /// <exception cref="IOException">It cannot be renamed.</exception>
    public bool TryCommit(string path)
    {
        string partial = _partial ?? throw new InvalidOperationException("it is written in place");
        Sync(Stream);
        try
        {
            File.Move(partial, path, overwrite: false);
        }
        catch (IOException) when (Posix.Stat(path) is not null)
        {
            return false;
        }
        Stream.Dispose();
        Unfinished.TryRemove(this, out _);
        _done = true;
        SyncDirectory(Path.GetDirectoryName(path)!);
        return true;
    }

    /// <summary>
    /// Keeps an incomplete file: under its name, or under its temporary name if there is a file of that name already.
    /// </summary>
    /// <returns>Its path.</returns>
    public string Keep()
    {
        try
        {
            Sync(Stream);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // What is on the disk is kept.
        }
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

    /// <summary>Removes incomplete files, before the process is ended at once.</summary>
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
            // It stays; nothing more can be done.
        }
    }

    private static void Sync(Stream stream)
    {
        if (stream is FileStream file)
            file.Flush(flushToDisk: true);
        else
            ((DescriptorStream)stream).Sync();
    }

    private static void SyncDirectory(string path)
    {
        int fd = Posix.open(path, Posix.O_CLOEXEC);
        if (fd < 0)
            return; // it may be written, but not read
        using var directory = new DescriptorStream(fd, path, owns: true);
        directory.Sync();
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

    // A file of another owner, which a new file cannot be given.
    private void CopyBack()
    {
        using (FileStream from = File.OpenRead(_partial!))
        using (Stream to = InPlace(Posix.O_TRUNC))
        {
            from.CopyTo(to);
            Sync(to);
        }
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
                // The name is taken: try another.
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

    // Follows all links by the kernel's rules; the target need not exist.
    private static string Resolve(string path)
    {
        for (int links = 0; links < MaxLinks; links++)
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

    // /dev/stdout, /dev/fd/3, /proc/self/fd/1: an inherited descriptor with its own file position.
    private static int? OwnDescriptor(string path)
    {
        for (int links = 0; links < MaxLinks; links++)
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
