using System.Collections.Frozen;
using Profiler.Core.Lives;
using Profiler.Linux;

namespace Profiler.Core.Names;

/// <summary>Triggers of shutdowns: their names, and the signals that are triggers.</summary>
public static class TriggerNames
{
    private static readonly (Trigger Trigger, int Number)[] Signalled =
    [
        (Trigger.SigTerm, Signals.SIGTERM),
        (Trigger.SigKill, Signals.SIGKILL),
        (Trigger.SigInt, Signals.SIGINT),
        (Trigger.SigHup, Signals.SIGHUP),
        (Trigger.SigQuit, Signals.SIGQUIT),
        (Trigger.SigIll, Signals.SIGILL),
        (Trigger.SigTrap, Signals.SIGTRAP),
        (Trigger.SigAbrt, Signals.SIGABRT),
        (Trigger.SigBus, Signals.SIGBUS),
        (Trigger.SigFpe, Signals.SIGFPE),
        (Trigger.SigSegv, Signals.SIGSEGV),
        (Trigger.SigSys, Signals.SIGSYS),
    ];

    private static readonly FrozenDictionary<int, Trigger> ByNumber = Signalled.ToFrozenDictionary(s => s.Number, s => s.Trigger);

    public static readonly NameTable<Trigger> Table = new(
    [
        .. Signalled.Select(s => (s.Trigger, Signals.Name(s.Number))),
        (Trigger.Signal, "signal"),
        (Trigger.Exit, "exit"),
        (Trigger.Close, "close"),
        (Trigger.Unknown, "unknown"),
    ]);

    /// <summary>SIGTERM, exit, close, unknown.</summary>
    public static string Name(this Trigger trigger) => Table[trigger];

    /// <summary>In a sentence about the process: "closed its devices", "SIGTERM".</summary>
    public static string Words(this Trigger trigger) => trigger switch
    {
        Trigger.Close => "closed its devices",
        Trigger.Unknown => "exit (cause not seen)",
        Trigger.Signal => "killed by a signal",
        _ => trigger.Name(),
    };

    /// <summary>The trigger is a signal.</summary>
    public static bool IsSignal(this Trigger trigger) => trigger >= Trigger.Signal;

    /// <summary>The trigger that a signal is; <see cref="Trigger.Signal"/> for all without a trigger of their own.</summary>
    public static Trigger OfSignal(int number) => ByNumber.GetValueOrDefault(number, Trigger.Signal);
}
