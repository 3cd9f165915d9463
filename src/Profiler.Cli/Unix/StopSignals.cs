using System.Globalization;
using System.Runtime.InteropServices;
using Profiler.Host.Files;
using Profiler.Linux;

namespace Profiler.Cli.Unix;

/// <summary>What a signal does that asks the process to end.</summary>
internal enum OnStop
{
    /// <summary>Ends the process at once; an unfinished output file is removed.</summary>
    Exit,

    /// <summary>
    /// Cancels <see cref="StopSignals.Token"/>: programs are detached, a recording gets its end. Further signals change
    /// nothing, as they come in twos and threes at the end of a session; after 30 s the process ends in any case.
    /// </summary>
    Cancel,

    /// <summary>Cancels the token, with no limit: the kernel takes its time to release devices. A second signal ends the process at once.</summary>
    CancelThenExit,

    /// <summary>Nothing: another process says when to end.</summary>
    Ignore,
}

/// <summary>
/// SIGINT, SIGTERM, SIGHUP and SIGQUIT, handled from the first moment on. A signal that was ignored when the process started,
/// as with nohup, stays ignored.
/// </summary>
internal static class StopSignals
{
    /// <summary>How long detaching the programs and finishing a recording may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly (PosixSignal Signal, int Number)[] Handled =
    [
        (PosixSignal.SIGHUP, Signals.SIGHUP), (PosixSignal.SIGINT, Signals.SIGINT), (PosixSignal.SIGQUIT, Signals.SIGQUIT),
        (PosixSignal.SIGTERM, Signals.SIGTERM),
    ];

    private static readonly List<PosixSignalRegistration> Registrations = [];
    private static readonly CancellationTokenSource Stop = new();
    private static int _first;
    private static Timer? _patience;

    /// <summary>Cancelled by the first signal, see <see cref="OnStop"/>.</summary>
    public static CancellationToken Token => Stop.Token;

    /// <summary>What a signal does from now on.</summary>
    public static OnStop Action { get; set; }

    /// <summary>What SIGHUP does instead of ending the process: a service reads its configuration again. Null: nothing else.</summary>
    public static Action? Reload { get; set; }

    /// <summary>128 and the number of the first signal, 130 for SIGINT; null if none came.</summary>
    public static int? ExitCode => Volatile.Read(ref _first) is > 0 and var number ? 128 + number : null;

    /// <summary>Takes the signals over. To be called once.</summary>
    public static void Listen()
    {
        ulong ignored = Ignored();
        foreach ((PosixSignal signal, int number) in Handled)
        {
            if ((ignored & 1UL << (number - 1)) == 0)
                Registrations.Add(PosixSignalRegistration.Create(signal, context => On(context, number)));
        }
    }

    private static void On(PosixSignalContext context, int number)
    {
        context.Cancel = true;
        if (Action == OnStop.Ignore)
            return;
        if (number == Signals.SIGHUP && Reload is { } reload)
        {
            reload();
            return;
        }
        Interlocked.CompareExchange(ref _first, number, 0);
        if (Action == OnStop.Exit)
        {
            AtomicFile.RemoveUnfinished();
            ExitNow();
        }
        if (Stop.IsCancellationRequested)
        {
            if (Action == OnStop.CancelThenExit)
                ExitNow();
            return;
        }
        if (Action == OnStop.Cancel)
            _patience = new Timer(_ => ExitNow(), null, Patience, Timeout.InfiniteTimeSpan);
        Stop.Cancel();
    }

    private static void ExitNow() => Posix._exit(ExitCode ?? 1);

    private static ulong Ignored()
    {
        try
        {
            string? line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal));
            return ulong.TryParse(line?[7..].Trim(), NumberStyles.HexNumber, null, out ulong bits) ? bits : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
