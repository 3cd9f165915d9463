using System.Globalization;
using System.Runtime.InteropServices;
using Profiler.Host.Files;
using Profiler.Linux;

namespace Profiler.Cli.Unix;

/// <summary>What a signal that asks us to end does.</summary>
internal enum OnInterrupt
{
    /// <summary>The process ends at once; a file that is not whole goes.</summary>
    EndAtOnce,

    /// <summary>The verb is told, and undoes what it did: programs are detached, a recording gets its end.</summary>
    Tell,

    /// <summary>The verb has handlers of its own; here is only noted which signal came first.</summary>
    Note,
}

/// <summary>
/// SIGINT, SIGTERM, SIGHUP and SIGQUIT, from the first moment on. One that was ignored when we were started, as with nohup,
/// stays so.
/// </summary>
internal static class Interrupts
{
    /// <summary>Detaching the programs and finishing a recording may take so long.</summary>
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

    /// <summary>Cancelled by the first of them.</summary>
    public static CancellationToken Token => Stop.Token;

    /// <summary>What they do.</summary>
    public static OnInterrupt Then { get; set; }

    /// <summary>What the shell expects after the one that came first, 130 for SIGINT; null if none came.</summary>
    public static int? ExitCode => Volatile.Read(ref _first) is > 0 and var number ? 128 + number : null;

    /// <summary>From here on none of them ends us on the spot.</summary>
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
        Interlocked.CompareExchange(ref _first, number, 0);
        if (Then == OnInterrupt.Note)
            return;
        context.Cancel = true;
        if (Then == OnInterrupt.EndAtOnce)
        {
            AtomicFile.RemoveUnfinished();
            EndNow();
        }
        if (Stop.IsCancellationRequested)
            return; // patience: they may come in twos and threes, as at the end of a session
        _patience = new Timer(_ => EndNow(), null, Patience, Timeout.InfiniteTimeSpan);
        Stop.Cancel();
    }

    private static void EndNow() => Posix._exit(ExitCode ?? 1);

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
