namespace Profiler.Core;

/// <summary>
/// What the kernel's functions return on failure, by name (include/uapi/asm-generic/errno-base.h, errno.h): those that opens
/// and resets of devices are known to end with.
/// </summary>
public static class Errno
{
    /// <summary>A lock was taken: the kernel only tried.</summary>
    public const int EAGAIN = -11;

    private static readonly Dictionary<int, string> Names = new()
    {
        [1] = "EPERM",
        [2] = "ENOENT",
        [4] = "EINTR",
        [5] = "EIO",
        [6] = "ENXIO",
        [9] = "EBADF",
        [11] = "EAGAIN",
        [12] = "ENOMEM",
        [13] = "EACCES",
        [14] = "EFAULT",
        [16] = "EBUSY",
        [17] = "EEXIST",
        [19] = "ENODEV",
        [22] = "EINVAL",
        [23] = "ENFILE",
        [24] = "EMFILE",
        [25] = "ENOTTY",
        [28] = "ENOSPC",
        [95] = "EOPNOTSUPP",
        [110] = "ETIMEDOUT",
        [512] = "ERESTARTSYS",
        [524] = "ENOTSUPP",
    };

    /// <summary>"ENOTTY" for -25; the number where it has no name.</summary>
    /// <param name="result">A negative errno.</param>
    public static string Name(int result) => Names.GetValueOrDefault(-(long)result is var n and > 0 and < 4096 ? (int)n : 0) ?? $"error {result}";
}
