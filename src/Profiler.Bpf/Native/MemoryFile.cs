using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Profiler.Bpf.Native;

/// <summary>A file that only exists in memory, for what reads its input from a path. It is gone when it is disposed.</summary>
internal sealed class MemoryFile : IDisposable
{
    private readonly SafeFileHandle _file;

    /// <summary>Path of the file, in this process.</summary>
    public string Path { get; }

    /// <exception cref="BpfException">The kernel refuses.</exception>
    public MemoryFile(string name, ReadOnlySpan<byte> content)
    {
        int fd = LibC.memfd_create(name, LibC.MFD_CLOEXEC);
        if (fd < 0)
            throw new BpfException($"memfd_create: {System.Runtime.InteropServices.Marshal.GetLastPInvokeErrorMessage()}");
        _file = new SafeFileHandle(fd, ownsHandle: true);
        RandomAccess.Write(_file, content, 0);
        Path = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{fd}");
    }

    public void Dispose() => _file.Dispose();
}
