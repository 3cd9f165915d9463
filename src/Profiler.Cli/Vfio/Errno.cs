using System.Runtime.InteropServices;

namespace Profiler.Cli.Vfio;

/// <summary>The error numbers told apart here (include/uapi/asm-generic/errno-base.h).</summary>
internal static class Errno
{
    public const int EPERM = 1, ENOENT = 2, ENOMEM = 12, EACCES = 13, EBUSY = 16, ENODEV = 19, EINVAL = 22;

    /// <summary>The C library's words, "Device or resource busy".</summary>
    public static string Text(int errno) => Marshal.GetPInvokeErrorMessage(errno);
}
