using System.Runtime.InteropServices;
using System.Text;

namespace Profiler.Tui.Terminal;

/// <summary>
/// Gives the terminal back where the library does not: when the process is stopped (SIGTSTP) and when it ends by an exception
/// of another thread; takes it again when the process goes on. The library itself does so when its loop ends.
/// </summary>
internal sealed partial class TerminalGuard : IDisposable
{
    private const int SigTstp = 20, SigStop = 19; // signal(7), x86-64
    private const int Output = 1, Now = 0;        // standard output; TCSANOW

    // The alternate screen, emptied; no cursor; bracketed paste; clicks and the wheel, but not every move of the mouse.
    private const string Enter = "\e[?1049h\e[2J\e[H\e[?25l\e[?2004h" + Mouse;
    private const string Mouse = "\e[?1003l\e[?1015l\e[?1000h\e[?1006h";
    private const string Leave = "\e[?1006l\e[?1015l\e[?1003l\e[?1000l\e[?2004l\e[0m\e[2J\e[H\e[?25h\e[?1049l";

    // The loop looks every eighth of a second whether it may go on; if it hangs, the terminal is given back all the same.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly PosixSignalRegistration _stopped, _continued;
    private readonly ManualResetEventSlim _mayGoOn = new(true), _parked = new();
    private readonly Lock _gate = new(); // signals come on threads of their own
    private readonly byte[] _before = new byte[TermiosSize], _raw = new byte[TermiosSize];
    private bool _taken;

    // More than struct termios of any libc has.
    private const int TermiosSize = 256;

    /// <summary>Before the library takes the terminal.</summary>
    public TerminalGuard()
    {
        _ = tcgetattr(Output, _before);
#pragma warning disable CA1416 // not on Windows: like all of this
        _stopped = PosixSignalRegistration.Create(PosixSignal.SIGTSTP, Stop);
        _continued = PosixSignalRegistration.Create(PosixSignal.SIGCONT, Continue);
#pragma warning restore CA1416
        AppDomain.CurrentDomain.UnhandledException += OnUnhandled;
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    /// <summary>The terminal was given back and taken again: all is to be sent anew. On another thread.</summary>
    public event Action? Retaken;

    /// <summary>The terminal is still there.</summary>
    public static bool HasTerminal => isatty(Output) == 1;

    /// <summary>The library has taken the terminal.</summary>
    public void Taken()
    {
        lock (_gate)
        {
            _taken = true;
            _ = tcgetattr(Output, _raw);
            Write(Mouse);
        }
    }

    /// <summary>The library has given it back.</summary>
    public void Returned()
    {
        lock (_gate)
        {
            if (_taken)
                Write("\e[?1000l\e[?1006l");
            _taken = false;
        }
    }

    /// <summary>For the loop, before it draws: waits while the terminal is not ours.</summary>
    public void WaitUntilOurs()
    {
        if (_mayGoOn.IsSet)
            return;
        _parked.Set();
        _mayGoOn.Wait();
        _parked.Reset();
    }

    /// <summary>Stops this process and those started with it, as Ctrl-Z does where the terminal sees to it.</summary>
    public static void StopOurselves() => _ = kill(0, SigTstp);

    public void Dispose()
    {
        AppDomain.CurrentDomain.UnhandledException -= OnUnhandled;
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        _stopped.Dispose();
        _continued.Dispose();
        Returned();
        _mayGoOn.Set();
    }

    // .NET stops nobody by itself once the signal has a handler.
    private void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        GiveBack();
        _ = kill(Environment.ProcessId, SigStop);
    }

    private void Continue(PosixSignalContext signal)
    {
        // Or .NET would set the terminal to the modes that it found once.
        signal.Cancel = true;
        lock (_gate)
        {
            if (_taken || _mayGoOn.IsSet)
                return;
            _taken = true;
            _ = tcsetattr(Output, Now, _raw);
            Write(Enter);
        }
        Retaken?.Invoke();
        _mayGoOn.Set();
    }

    private void OnUnhandled(object sender, UnhandledExceptionEventArgs e) => GiveBack();

    private void OnExit(object? sender, EventArgs e) => GiveBack();

    private void GiveBack()
    {
        lock (_gate)
        {
            if (!_taken)
                return;
            _taken = false;
        }
        _mayGoOn.Reset();
        _parked.Wait(Patience);
        lock (_gate)
        {
            Write(Leave);
            _ = tcsetattr(Output, Now, _before);
        }
    }

    private void Write(string text)
    {
        try
        {
            _output.Write(Encoding.ASCII.GetBytes(text));
            _output.Flush();
        }
        catch (IOException)
        {
            // The terminal is gone: there is nothing to be given back.
        }
    }

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc")]
    private static partial int isatty(int fd);

    [LibraryImport("libc")]
    private static partial int tcgetattr(int fd, [Out] byte[] termios);

    [LibraryImport("libc")]
    private static partial int tcsetattr(int fd, int when, [In] byte[] termios);
}
