using System.Runtime.InteropServices;
using System.Text;
using Profiler.Linux;
using static Profiler.Linux.Posix;

namespace Profiler.Tui.Terminal;

/// <summary>
/// Restores the terminal in the cases that the library does not handle: stop of the process (SIGTSTP), and an exception on
/// another thread. Takes it again when the process continues. The library restores it when its own loop ends.
/// </summary>
internal sealed class TerminalGuard : IDisposable
{
    // Alternate screen, cleared; hidden cursor; bracketed paste; mouse clicks and wheel, but no mouse moves.
    private const string Enter = "\e[?1049h\e[2J\e[H\e[?25l\e[?2004h" + Mouse;
    private const string Mouse = "\e[?1003l\e[?1015l\e[?1000h\e[?1006h";
    private const string Leave = "\e[?1006l\e[?1015l\e[?1003l\e[?1000l\e[?2004l\e[0m\e[2J\e[H\e[?25h\e[?1049l";

    // The loop polls every 1/8 s; if it hangs longer than this, the terminal is restored anyway.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly PosixSignalRegistration _stopped, _continued;
    private readonly ManualResetEventSlim _mayGoOn = new(true), _parked = new();
    private readonly Lock _gate = new(); // signal handlers run on other threads
    private readonly TerminalModes _before = TerminalModes.Of(STDOUT_FILENO);
    private TerminalModes? _raw;
    private bool _taken;

    /// <summary>To be created before the library takes the terminal.</summary>
    public TerminalGuard()
    {
#pragma warning disable CA1416 // Linux only, like this class
        _stopped = PosixSignalRegistration.Create(PosixSignal.SIGTSTP, Stop);
        _continued = PosixSignalRegistration.Create(PosixSignal.SIGCONT, Continue);
#pragma warning restore CA1416
        AppDomain.CurrentDomain.UnhandledException += OnUnhandled;
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    /// <summary>The terminal was restored and taken again: redraw everything. Raised on another thread.</summary>
    public event Action? Retaken;

    /// <summary>True if standard output is still a terminal.</summary>
    public static bool HasTerminal => isatty(STDOUT_FILENO) == 1;

    /// <summary>To be called after the library has taken the terminal.</summary>
    public void Taken()
    {
        lock (_gate)
        {
            _taken = true;
            _raw = TerminalModes.Of(STDOUT_FILENO);
            Write(Mouse);
        }
    }

    /// <summary>To be called after the library has restored the terminal.</summary>
    public void Returned()
    {
        lock (_gate)
        {
            if (_taken)
                Write("\e[?1000l\e[?1006l");
            _taken = false;
        }
    }

    /// <summary>To be called by the loop before it draws: waits until the view owns the terminal.</summary>
    public void WaitUntilOurs()
    {
        if (_mayGoOn.IsSet)
            return;
        _parked.Set();
        _mayGoOn.Wait();
        _parked.Reset();
    }

    /// <summary>Stops the whole process group, like Ctrl-Z in a terminal with job control.</summary>
    public static void StopOurselves() => _ = kill(0, Signals.SIGTSTP);

    public void Dispose()
    {
        AppDomain.CurrentDomain.UnhandledException -= OnUnhandled;
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        _stopped.Dispose();
        _continued.Dispose();
        Returned();
        _mayGoOn.Set();
    }

    // With a handler for the signal, .NET does not stop the process itself.
    private void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        GiveBack();
        _ = kill(Environment.ProcessId, Signals.SIGSTOP);
    }

    private void Continue(PosixSignalContext signal)
    {
        // Otherwise .NET would restore the terminal modes from its start.
        signal.Cancel = true;
        lock (_gate)
        {
            if (_taken || _mayGoOn.IsSet)
                return;
            _taken = true;
            _raw?.Apply(STDOUT_FILENO);
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
            _before.Apply(STDOUT_FILENO);
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
            // The terminal is gone: nothing to restore.
        }
    }
}
