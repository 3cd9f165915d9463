using System.Runtime.InteropServices;

namespace Profiler.Linux;

/// <summary>The modes of a terminal (termios(3)), to be restored later.</summary>
public sealed partial class TerminalModes
{
    private const int TCSANOW = 0;

    // Larger than struct termios of any C library.
    private readonly byte[] _termios = new byte[256];

    private TerminalModes() { }

    /// <summary>The present modes; if the descriptor is not a terminal, <see cref="Apply"/> fails silently.</summary>
    /// <param name="fd">An open file descriptor.</param>
    public static TerminalModes Of(int fd)
    {
        var modes = new TerminalModes();
        _ = tcgetattr(fd, modes._termios);
        return modes;
    }

    /// <summary>Sets these modes at once.</summary>
    /// <param name="fd">An open file descriptor.</param>
    public void Apply(int fd) => _ = tcsetattr(fd, TCSANOW, _termios);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcgetattr(int fd, [Out] byte[] termios);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcsetattr(int fd, int when, [In] byte[] termios);
}
