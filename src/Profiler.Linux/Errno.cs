using System.Runtime.InteropServices;

namespace Profiler.Linux;

/// <summary>
/// Error numbers (include/uapi/asm-generic/errno-base.h, errno.h): the one table.
/// </summary>
public static class Errno
{
    public const int
        EPERM = 1, ENOENT = 2, ESRCH = 3, EINTR = 4, EIO = 5, ENXIO = 6, ENOEXEC = 8, EBADF = 9, EAGAIN = 11, ENOMEM = 12,
        EACCES = 13, EFAULT = 14, EBUSY = 16, EEXIST = 17, ENODEV = 19, EINVAL = 22, ENFILE = 23, EMFILE = 24, ENOTTY = 25,
        EFBIG = 27, ENOSPC = 28, EPIPE = 32, ENOSYS = 38, EOPNOTSUPP = 95, ETIMEDOUT = 110, EDQUOT = 122, ECANCELED = 125;

    private static readonly Dictionary<int, string> Names = new()
    {
        [EPERM] = nameof(EPERM),
        [ENOENT] = nameof(ENOENT),
        [ESRCH] = nameof(ESRCH),
        [EINTR] = nameof(EINTR),
        [EIO] = nameof(EIO),
        [ENXIO] = nameof(ENXIO),
        [ENOEXEC] = nameof(ENOEXEC),
        [EBADF] = nameof(EBADF),
        [EAGAIN] = nameof(EAGAIN),
        [ENOMEM] = nameof(ENOMEM),
        [EACCES] = nameof(EACCES),
        [EFAULT] = nameof(EFAULT),
        [EBUSY] = nameof(EBUSY),
        [EEXIST] = nameof(EEXIST),
        [ENODEV] = nameof(ENODEV),
        [EINVAL] = nameof(EINVAL),
        [ENFILE] = nameof(ENFILE),
        [EMFILE] = nameof(EMFILE),
        [ENOTTY] = nameof(ENOTTY),
        [EFBIG] = nameof(EFBIG),
        [ENOSPC] = nameof(ENOSPC),
        [EPIPE] = nameof(EPIPE),
        [ENOSYS] = nameof(ENOSYS),
        [EOPNOTSUPP] = nameof(EOPNOTSUPP),
        [ETIMEDOUT] = nameof(ETIMEDOUT),
        [EDQUOT] = nameof(EDQUOT),
        [ECANCELED] = nameof(ECANCELED),
        // include/linux/errno.h: no program gets to see them.
        [512] = "ERESTARTSYS",
        [524] = "ENOTSUPP",
    };

    /// <summary>"ENOTTY" for -25; "error -77" where the number has no name here.</summary>
    /// <param name="result">What a kernel function returned: a negative errno.</param>
    public static string Name(int result) =>
        Names.GetValueOrDefault(-(long)result is var n and > 0 and < 4096 ? (int)n : 0) ?? $"error {result}";

    /// <summary>The C library's words, "Device or resource busy".</summary>
    /// <param name="errno">Positive.</param>
    public static string Text(int errno) => Marshal.GetPInvokeErrorMessage(errno);
}
