using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Core.Tests.Lives.Former;

/// <summary>Why a process died.</summary>
/// <param name="Signal">The signal that caused it; null if the process exited by itself, or the signal was not seen.</param>
/// <param name="Trigger">The cause.</param>
internal readonly record struct ShutdownCause(SignalDelivered? Signal, Trigger Trigger)
{
    /// <summary>
    /// A signal with a handler is the cause of an exit only if the process begins to exit within this time. It is the time after
    /// which libvirt sends SIGKILL.
    /// </summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    /// <summary>A SIGKILL within this time enforces an earlier request to end: grace periods are minutes.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    /// <summary>Decides.</summary>
    /// <param name="signals">Signals to the process, in order.</param>
    /// <param name="dyingNs">When it began to exit.</param>
    /// <param name="exitCode">The kernel's exit code; null if it was not seen.</param>
    /// <param name="activity">What it did with its devices, by start.</param>
    /// <param name="signalsSeen">False if signals are not watched: then one may be the cause.</param>
    public static ShutdownCause Of(
        IEnumerable<SignalDelivered> signals, long dyingNs, int? exitCode, IReadOnlyList<Activity> activity, bool signalsSeen)
    {
        SignalDelivered[] before = [.. signals.Where(s => s.TimeNs <= dyingNs)];
        int killer = (exitCode ?? 0) & 0x7f;
        SignalDelivered? kill = before.FirstOrDefault(s => IsKill(s) && Within(Grace, s.TimeNs, dyingNs));
        // Whatever the exit code: no process survives SIGKILL.
        if (IsKill(killer) || kill is not null)
        {
            // Also a request that the process ignores: SIGKILL follows because of it.
            long killedNs = kill?.TimeNs ?? dyingNs;
            SignalDelivered? request = before.FirstOrDefault(
                s => IsRequest(s) && Within(IsTerm(s) ? Grace : Soon, s.TimeNs, killedNs));
            return Because(request ?? kill, Trigger.SigKill);
        }
        SignalDelivered? handled = before.FirstOrDefault(s => IsRequest(s) && LeadsTo(s, dyingNs, activity));
        if (killer != 0)
            return Because(handled ?? before.LastOrDefault(s => s.Number == killer), TriggerNames.OfSignal(killer));
        return Because(
            handled ?? before.LastOrDefault(s => IsHangUp(s) && LeadsTo(s, dyingNs, activity)),
            signalsSeen ? Trigger.Exit : Trigger.Unknown);
    }

    /// <summary>It may still turn out to be the cause of an exit.</summary>
    /// <param name="signal">A signal to the process.</param>
    /// <param name="activity">What the process did with its devices, by start.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public static bool MayKill(SignalDelivered signal, IReadOnlyList<Activity> activity, long nowNs) => IsKill(signal)
        ? Within(Grace, signal.TimeNs, nowNs)
        : (IsRequest(signal) || IsHangUp(signal)) && LeadsTo(signal, nowNs, activity);

    /// <summary>It asks the process to end: SIGTERM, SIGINT, SIGQUIT.</summary>
    public static bool IsRequest(SignalDelivered signal) =>
        TriggerNames.OfSignal(signal.Number) is Trigger.SigTerm or Trigger.SigInt or Trigger.SigQuit;

    /// <summary>It can only mean the end, unlike SIGHUP, on which daemons reload their configuration.</summary>
    public static bool IsForCertain(SignalDelivered signal) => IsRequest(signal) || IsKill(signal);

    private static ShutdownCause Because(SignalDelivered? signal, Trigger otherwise) =>
        new(signal, signal is null ? otherwise : TriggerNames.OfSignal(signal.Number));

    // The process begins to exit soon after the signal, or after what it was doing when the signal came. Or it was asked to end, closes
    // its devices itself without a pause, and exits soon after that. Any other activity in between means that it lived on.
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

    /// <summary>What a process did with its devices.</summary>
    /// <param name="Time">When.</param>
    /// <param name="IsRelease">It was a release.</param>
    internal readonly record struct Activity(Interval Time, bool IsRelease);
}
