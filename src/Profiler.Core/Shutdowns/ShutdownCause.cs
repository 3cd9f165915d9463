using Profiler.Core.Spans;

namespace Profiler.Core.Shutdowns;

/// <summary>Why a process died.</summary>
/// <param name="Signal">The signal it all began with; null if it died by itself, or the signal was not seen.</param>
/// <param name="Trigger">The same in a word.</param>
internal readonly record struct ShutdownCause(SignalDelivered? Signal, Trigger Trigger)
{
    /// <summary>
    /// A signal that a process handles is the cause of its death only if the process begins to die this soon after.
    /// It is the time that libvirt gives it before it sends SIGKILL.
    /// </summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    /// <summary>How long before SIGKILL the request to terminate may be that it makes good on: grace periods are minutes.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    /// <summary>Decides.</summary>
    /// <param name="signals">Those the process was sent, in order.</param>
    /// <param name="dyingNs">When it began to exit.</param>
    /// <param name="exitCode">What it exited with, as the kernel has it; null if that was not seen.</param>
    /// <param name="activity">What it did with its devices, by start: a process that is busy letting go is dying already.</param>
    /// <param name="signalsSeen">False if signals are not watched: then the reason may be one.</param>
    public static ShutdownCause Of(
        IEnumerable<SignalDelivered> signals, long dyingNs, int? exitCode, IReadOnlyList<Interval> activity, bool signalsSeen)
    {
        SignalDelivered[] before = [.. signals.Where(s => s.TimeNs <= dyingNs)];
        int killer = (exitCode ?? 0) & 0x7f;
        SignalDelivered? kill = before.FirstOrDefault(s => IsKill(s) && Within(Grace, s.TimeNs, dyingNs));
        // Whatever it was about to exit with: nobody survives SIGKILL.
        if (IsKill(killer) || kill is not null)
        {
            SignalDelivered? asked = before.FirstOrDefault(s => IsRequest(s) && Within(Grace, s.TimeNs, kill?.TimeNs ?? dyingNs));
            return Because(asked ?? kill, Trigger.SigKill);
        }
        SignalDelivered? request = before.FirstOrDefault(s => IsRequest(s) && LeadsTo(s, dyingNs, activity));
        if (killer != 0)
            return Because(request ?? before.LastOrDefault(s => s.Number == killer), SignalNames.TriggerOf(killer));
        return Because(
            request ?? before.LastOrDefault(s => SignalNames.TriggerOf(s.Number) == Trigger.SigHup && LeadsTo(s, dyingNs, activity)),
            signalsSeen ? Trigger.Exit : Trigger.Unknown);
    }

    /// <summary>It may still turn out to be why the process dies.</summary>
    /// <param name="signal">One it was sent.</param>
    /// <param name="activity">What the process did with its devices, by start.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public static bool MayKill(SignalDelivered signal, IReadOnlyList<Interval> activity, long nowNs) => IsKill(signal)
        ? Within(Grace, signal.TimeNs, nowNs)
        : EndsProcesses(signal) && LeadsTo(signal, nowNs, activity);

    /// <summary>It asks the process to end, and nothing else.</summary>
    public static bool IsRequest(SignalDelivered signal) =>
        SignalNames.TriggerOf(signal.Number) is Trigger.SigTerm or Trigger.SigInt or Trigger.SigQuit;

    /// <summary>It means nothing but the end: no process takes it for a wish to read its configuration anew.</summary>
    public static bool IsForCertain(SignalDelivered signal) => IsRequest(signal) || IsKill(signal);

    private static bool EndsProcesses(SignalDelivered signal) =>
        IsRequest(signal) || SignalNames.TriggerOf(signal.Number) == Trigger.SigHup;

    private static ShutdownCause Because(SignalDelivered? signal, Trigger otherwise) =>
        new(signal, signal is null ? otherwise : SignalNames.TriggerOf(signal.Number));

    private static bool LeadsTo(SignalDelivered signal, long dyingNs, IReadOnlyList<Interval> activity)
    {
        long reached = signal.TimeNs;
        foreach (Interval busy in activity)
        {
            if (busy.EndNs > reached && Within(Soon, reached, busy.StartNs))
                reached = busy.EndNs;
        }
        return Within(Soon, reached, dyingNs);
    }

    private static bool Within(TimeSpan time, long fromNs, long toNs) => toNs - fromNs <= (long)time.TotalNanoseconds;

    private static bool IsKill(SignalDelivered signal) => IsKill(signal.Number);

    private static bool IsKill(int number) => SignalNames.TriggerOf(number) == Trigger.SigKill;
}
