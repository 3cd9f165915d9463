using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Core.Lives;

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
    /// <param name="activity">What it did with its devices, by start.</param>
    /// <param name="signalsSeen">False if signals are not watched: then the reason may be one.</param>
    public static ShutdownCause Of(
        IEnumerable<SignalDelivered> signals, long dyingNs, int? exitCode, IReadOnlyList<Activity> activity, bool signalsSeen)
    {
        SignalDelivered[] before = [.. signals.Where(s => s.TimeNs <= dyingNs)];
        int killer = (exitCode ?? 0) & 0x7f;
        SignalDelivered? kill = before.FirstOrDefault(s => IsKill(s) && Within(Grace, s.TimeNs, dyingNs));
        // Whatever it was about to exit with: nobody survives SIGKILL.
        if (IsKill(killer) || kill is not null)
        {
            // Also one that the process ignores: it is for that that SIGKILL comes.
            long killedNs = kill?.TimeNs ?? dyingNs;
            SignalDelivered? asked = before.FirstOrDefault(
                s => IsRequest(s) && Within(IsTerm(s) ? Grace : Soon, s.TimeNs, killedNs));
            return Because(asked ?? kill, Trigger.SigKill);
        }
        SignalDelivered? request = before.FirstOrDefault(s => IsRequest(s) && LeadsTo(s, dyingNs, activity));
        if (killer != 0)
            return Because(request ?? before.LastOrDefault(s => s.Number == killer), TriggerNames.OfSignal(killer));
        return Because(
            request ?? before.LastOrDefault(s => IsHangUp(s) && LeadsTo(s, dyingNs, activity)),
            signalsSeen ? Trigger.Exit : Trigger.Unknown);
    }

    /// <summary>It may still turn out to be why the process dies.</summary>
    /// <param name="signal">One it was sent.</param>
    /// <param name="activity">What the process did with its devices, by start.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public static bool MayKill(SignalDelivered signal, IReadOnlyList<Activity> activity, long nowNs) => IsKill(signal)
        ? Within(Grace, signal.TimeNs, nowNs)
        : (IsRequest(signal) || IsHangUp(signal)) && LeadsTo(signal, nowNs, activity);

    /// <summary>It asks the process to end, and nothing else.</summary>
    public static bool IsRequest(SignalDelivered signal) =>
        TriggerNames.OfSignal(signal.Number) is Trigger.SigTerm or Trigger.SigInt or Trigger.SigQuit;

    /// <summary>It means nothing but the end: no process takes it for a wish to read its configuration anew.</summary>
    public static bool IsForCertain(SignalDelivered signal) => IsRequest(signal) || IsKill(signal);

    private static ShutdownCause Because(SignalDelivered? signal, Trigger otherwise) =>
        new(signal, signal is null ? otherwise : TriggerNames.OfSignal(signal.Number));

    // The process begins to die soon after the signal, or after what it was at as that came. Or it was asked to end, closes its
    // devices itself, all at one go, and exits soon after that. What it does in between besides says that it lives on.
    private static bool LeadsTo(SignalDelivered signal, long dyingNs, IReadOnlyList<Activity> activity)
    {
        if (signal.Ignored)
            return false;
        long busyNs = signal.TimeNs;
        foreach (Activity done in activity)
        {
            if (done.Time.EndNs > busyNs && Within(CloseBurst.Gap, busyNs, done.Time.StartNs))
                busyNs = done.Time.EndNs;
        }
        if (Within(Soon, busyNs, dyingNs))
            return true;
        Activity[] closes = [.. activity.Where(a => a.IsRelease && a.Time.EndNs > signal.TimeNs)];
        if (!IsRequest(signal) || closes.Length == 0 || !Within(Soon, busyNs, closes[0].Time.StartNs))
            return false;
        long closedNs = closes[0].Time.EndNs;
        foreach (Activity close in closes)
        {
            if (!Within(CloseBurst.Gap, closedNs, close.Time.StartNs))
                return false;
            closedNs = Math.Max(closedNs, close.Time.EndNs);
        }
        return Within(Soon, closedNs, dyingNs);
    }

    private static bool Within(TimeSpan time, long fromNs, long toNs) => toNs - fromNs <= (long)time.TotalNanoseconds;

    private static bool IsTerm(SignalDelivered signal) => TriggerNames.OfSignal(signal.Number) == Trigger.SigTerm;

    private static bool IsHangUp(SignalDelivered signal) => TriggerNames.OfSignal(signal.Number) == Trigger.SigHup;

    private static bool IsKill(SignalDelivered signal) => IsKill(signal.Number) && !signal.Ignored;

    private static bool IsKill(int number) => TriggerNames.OfSignal(number) == Trigger.SigKill;

    /// <summary>Something that a process did with its devices.</summary>
    /// <param name="Time">When.</param>
    /// <param name="IsRelease">It released one.</param>
    internal readonly record struct Activity(Interval Time, bool IsRelease);
}
