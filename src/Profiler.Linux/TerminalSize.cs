using System.Runtime.InteropServices;

namespace Profiler.Linux;

/// <summary>
/// The size of a terminal, asked of the kernel. Console.WindowWidth switches the terminal into another mode before it answers.
/// </summary>
public static partial class TerminalSize
{
    // include/uapi/asm-generic/ioctls.h
    private const nuint TIOCGWINSZ = 0x5413;

    /// <summary>Columns of the terminal; null if the descriptor is none, or the terminal does not know.</summary>
    /// <param name="fd">An open file descriptor.</param>
    public static int? Columns(int fd) => ioctl(fd, TIOCGWINSZ, out WindowSize size) == 0 && size.ws_col > 0 ? size.ws_col : null;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int fd, nuint request, out WindowSize size);

    /// <summary><c>struct winsize</c>, include/uapi/asm-generic/termios.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct WindowSize
    {
        public ushort ws_row, ws_col, ws_xpixel, ws_ypixel;
    }
}
