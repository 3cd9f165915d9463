namespace Profiler.Core.Lives;

/// <summary>The signals that end processes, and the words for triggers.</summary>
public static class SignalNames
{
    private static readonly Dictionary<int, Trigger> Triggers = new()
    {
        [1] = Trigger.SigHup,
        [2] = Trigger.SigInt,
        [3] = Trigger.SigQuit,
        [4] = Trigger.SigIll,
        [5] = Trigger.SigTrap,
        [6] = Trigger.SigAbrt,
        [7] = Trigger.SigBus,
        [8] = Trigger.SigFpe,
        [9] = Trigger.SigKill,
        [11] = Trigger.SigSegv,
        [15] = Trigger.SigTerm,
        [31] = Trigger.SigSys,
    };

    /// <summary>SIGTERM for 15; the number where we have no name.</summary>
    public static string Of(int number) =>
        Triggers.TryGetValue(number, out Trigger trigger) ? trigger.Name() : $"signal {number}";

    /// <summary>A trigger as all outputs name it: SIGTERM, exit, close, unknown.</summary>
    public static string Name(this Trigger trigger) => IsSignal(trigger) && trigger != Trigger.Signal
        ? trigger.ToString().ToUpperInvariant()
        : trigger.ToString().ToLowerInvariant();

    /// <summary>It is a signal.</summary>
    public static bool IsSignal(this Trigger trigger) => trigger >= Trigger.Signal;

    /// <summary>The trigger that a signal is; <see cref="Trigger.Signal"/> for one that is not told by name.</summary>
    public static Trigger TriggerOf(int number) => Triggers.GetValueOrDefault(number, Trigger.Signal);
}
