using System.Runtime.InteropServices;

namespace Profiler.Tui;

/// <summary>
/// The terminal while the view is on it: taken when opened, given back when disposed, when the process is stopped
/// (SIGTSTP), and when it dies of an exception that nobody catches.
/// </summary>
public sealed partial class Screen : IDisposable
{
    private const int SIGSTOP = 19; // signal(7), x86-64

    private const string Enter = "\e[?1049h\e[?25l"; // alternate screen, no cursor
    private const string Leave = "\e[0m\e[2J\e[H\e[?25h\e[?1049l"; // emptied first: tmux mixes the screens up after a resize

    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly TerminalWriter _writer;
    private readonly Canvas _canvas = new(1, 1);
    private readonly PosixSignalRegistration _stopped, _continued;

    // Signals come on threads of their own.
    private readonly Lock _gate = new();
    private bool _taken;

    private Screen(TerminalKind kind)
    {
        _writer = new TerminalWriter(kind);
        Take();
#pragma warning disable CA1416 // not on Windows: like all of this
        _stopped = PosixSignalRegistration.Create(PosixSignal.SIGTSTP, Stop);
        _continued = PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => Take());
#pragma warning restore CA1416
        AppDomain.CurrentDomain.UnhandledException += OnUnhandled;
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    /// <summary>Takes the terminal; null if standard output is none, or one that cannot be drawn on.</summary>
    public static Screen? Open() => TerminalKind.OfOutput() is { } kind ? new Screen(kind) : null;

    /// <summary>Lines of the screen.</summary>
    public static int Height => Math.Max(1, Console.WindowHeight);

    /// <summary>Shows a frame over the one before; sends nothing if that is the same.</summary>
    /// <param name="draw">Draws it.</param>
    public void Draw(Action<Canvas> draw)
    {
        lock (_gate)
        {
            if (!_taken)
                return;
            _canvas.Begin(Console.WindowWidth, Console.WindowHeight);
            draw(_canvas);
            Write(_writer.Encode(_canvas));
        }
    }

    /// <summary>The keys that were pressed since this was asked last, in order; none where standard input is no terminal.</summary>
    public static IEnumerable<ConsoleKeyInfo> Pressed()
    {
        while (!Console.IsInputRedirected && Console.KeyAvailable)
            yield return Console.ReadKey(intercept: true);
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.UnhandledException -= OnUnhandled;
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        _stopped.Dispose();
        _continued.Dispose();
        Return();
    }

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);

    // .NET stops nobody by itself once the signal has a handler.
    private void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        Return();
        _ = kill(Environment.ProcessId, SIGSTOP);
    }

    private void OnUnhandled(object sender, UnhandledExceptionEventArgs e) => Return();

    private void OnExit(object? sender, EventArgs e) => Return();

    private void Take()
    {
        lock (_gate)
        {
            if (_taken)
                return;
            _taken = true;
            _writer.Forget();
            Write(System.Text.Encoding.ASCII.GetBytes(Enter));
        }
    }

    private void Return()
    {
        lock (_gate)
        {
            if (!_taken)
                return;
            _taken = false;
            try
            {
                Write(System.Text.Encoding.ASCII.GetBytes(Leave));
            }
            catch (IOException)
            {
                // The terminal is gone: there is nothing to be given back.
            }
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        _output.Write(bytes);
        _output.Flush();
    }
}
