namespace Profiler.Bpf.Native;

/// <summary>The error numbers we tell apart (include/uapi/asm-generic/errno-base.h, errno.h).</summary>
internal static class Errno
{
    public const int EPERM = 1, ENOENT = 2, ESRCH = 3, EINTR = 4, EACCES = 13, EEXIST = 17, ECANCELED = 125;
}
