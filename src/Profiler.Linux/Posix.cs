using System.Runtime.InteropServices;

namespace Profiler.Linux;

/// <summary>System calls that .NET has no way to make. A negative result is a failure, with errno set.</summary>
public static partial class Posix
{
    // include/uapi/asm-generic/fcntl.h; x86-64.
    public const int O_WRONLY = 0x1, O_RDWR = 0x2, O_ACCMODE = 0x3, O_NONBLOCK = 0x800, O_TRUNC = 0x200, O_NOCTTY = 0x100, O_CLOEXEC = 0x80000;
    public const int STDOUT_FILENO = 1;
    public const int F_GETFD = 1, F_GETFL = 3, FD_CLOEXEC = 1;
    public const int AF_UNIX = 1, SOCK_STREAM = 1, SOCK_CLOEXEC = 0x80000, SHUT_RDWR = 2;

    /// <summary>What kind of file: the bits of st_mode (inode(7)).</summary>
    public const ushort S_IFMT = 0xf000, S_IFREG = 0x8000, S_IFDIR = 0x4000;

    private const int AT_FDCWD = -100, X_OK = 1;
    private const uint STATX_BASIC_STATS = 0x7ff;

    /// <summary>What is at a path, symbolic links followed; null if there is nothing, or nothing we may see.</summary>
    public static FileFacts? Stat(string path) => statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, out Statx s) == 0
        ? new FileFacts(s.stx_mode, s.stx_uid, s.stx_gid, s.stx_ino)
        : null;

    /// <summary>May be executed, and is no directory.</summary>
    public static bool IsExecutable(string path) => Stat(path) is { IsRegular: true } && access(path, X_OK) == 0;

    /// <summary>A path without symbolic links, by the kernel's rules; null if there is no such place.</summary>
    public static string? RealPath(string path)
    {
        nint real = realpath(path, 0);
        if (real == 0)
            return null;
        try
        {
            return Marshal.PtrToStringUTF8(real);
        }
        finally
        {
            free(real);
        }
    }

    // Variadic in C: on x86-64 and arm64 Linux, integer arguments travel in the same registers as those of any other call.
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(int fd, ref readonly byte buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(int fd, ref byte buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int socketpair(int domain, int type, int protocol, [Out] int[] pair);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int shutdown(int fd, int how);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fsync(int fd);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fcntl(int fd, int command);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int dup2(int from, int to);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fchown(SafeHandle file, uint uid, uint gid);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int isatty(int fd);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int kill(int pid, int signal);

    /// <summary>Ends the process at once: nothing of ours runs any more.</summary>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    [LibraryImport("libc")]
    public static partial void _exit(int status);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int directory, string path, int flags, uint mask, out Statx result);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int access(string path, int mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint realpath(string path, nint resolved);

    [LibraryImport("libc")]
    private static partial void free(nint memory);

    // struct statx (include/uapi/linux/stat.h): 256 bytes, alike everywhere.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct Statx
    {
        [FieldOffset(20)]
        public uint stx_uid;

        [FieldOffset(24)]
        public uint stx_gid;

        [FieldOffset(28)]
        public ushort stx_mode;

        [FieldOffset(32)]
        public ulong stx_ino;
    }
}

/// <summary>What there is at a path.</summary>
/// <param name="Mode">st_mode.</param>
/// <param name="Uid">Its owner.</param>
/// <param name="Gid">Its group.</param>
/// <param name="Inode">Its inode.</param>
public readonly record struct FileFacts(ushort Mode, uint Uid, uint Gid, ulong Inode)
{
    public bool IsRegular => (Mode & Posix.S_IFMT) == Posix.S_IFREG;

    public bool IsDirectory => (Mode & Posix.S_IFMT) == Posix.S_IFDIR;

    /// <summary>Permissions without the setuid, setgid and sticky bits: files written here must not have them.</summary>
    public UnixFileMode Permissions => (UnixFileMode)(Mode & 0x1ff);
}
