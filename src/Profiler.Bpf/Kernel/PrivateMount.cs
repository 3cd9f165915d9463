using System.Globalization;
using System.Runtime.InteropServices;

namespace Profiler.Bpf.Kernel;

/// <summary>
/// A file system of the kernel's own, mounted for this process only and at no place: nobody else sees it, and it goes with
/// the process (fsopen(2), 5.2).
/// </summary>
internal static unsafe partial class PrivateMount
{
    // x86-64, arch/x86/entry/syscalls/syscall_64.tbl
    private const long SysFsopen = 430, SysFsconfig = 431, SysFsmount = 432;

    private const nint CloseOnExec = 1; // FSOPEN_CLOEXEC, FSMOUNT_CLOEXEC
    private const nint Create = 6; // FSCONFIG_CMD_CREATE

    /// <summary>Mounts it.</summary>
    /// <param name="type">"tracefs" or "debugfs".</param>
    /// <returns>A path that leads there, for as long as this process lives; null if the kernel refuses.</returns>
    public static string? Of(string type)
    {
        nint name = Marshal.StringToCoTaskMemUTF8(type);
        try
        {
            int context = (int)syscall(SysFsopen, name, CloseOnExec, 0, 0, 0);
            if (context < 0)
                return null;
            int mount = syscall(SysFsconfig, context, Create, 0, 0, 0) == 0 ? (int)syscall(SysFsmount, context, CloseOnExec, 0, 0, 0) : -1;
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
