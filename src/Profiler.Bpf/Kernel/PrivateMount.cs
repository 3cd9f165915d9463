using System.Globalization;
using System.Runtime.InteropServices;

namespace Profiler.Bpf.Kernel;

/// <summary>
/// A detached mount of a kernel file system, visible only to this process and removed when the process exits (fsopen(2):
/// 24dcb3d90a1f "vfs: syscall: Add fsopen() to prepare for superblock creation", 5.2).
/// </summary>
internal static unsafe partial class PrivateMount
{
    private const long SYS_fsopen = 430, SYS_fsconfig = 431, SYS_fsmount = 432; // x86-64

    private const int FSOPEN_CLOEXEC = 1, FSCONFIG_CMD_CREATE = 6, FSMOUNT_CLOEXEC = 1;

    /// <summary>Mounts the file system.</summary>
    /// <param name="type">"tracefs" or "debugfs".</param>
    /// <returns>Path of the mount, valid until this process exits; null if the kernel refuses.</returns>
    public static string? Of(string type)
    {
        nint name = Marshal.StringToCoTaskMemUTF8(type);
        try
        {
            int context = (int)syscall(SYS_fsopen, name, FSOPEN_CLOEXEC, 0, 0, 0);
            if (context < 0)
                return null;
            int mount = syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, 0, 0, 0) == 0 ? (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0, 0, 0) : -1;
            _ = close(context);
            return mount < 0 ? null : string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{mount}");
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }

    [LibraryImport("libc")]
    private static partial nint syscall(long number, nint a, nint b, nint c, nint d, nint e);

    [LibraryImport("libc")]
    private static partial int close(int fd);
}
