using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Core.Lives;

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
    /// <param name="afterNs">Those up to this time have had their shutdown.</param>
    /// <param name="dyingNs">When it began to exit.</param>
    /// <param name="exitCode">The kernel's exit code; null if it was not seen.</param>
    /// <param name="spans">What it did, by start.</param>
    /// <param name="signalsSeen">False if signals are not watched: then one may be the cause.</param>
    public static ShutdownCause Of(
        ReadOnlySpan<SignalDelivered> signals, long afterNs, long dyingNs, int? exitCode, ReadOnlySpan<ProcessSpan> spans, bool signalsSeen)
    {
        using var before = new Scratch<SignalDelivered>();
        foreach (SignalDelivered signal in signals)
        {
            if (signal.TimeNs > afterNs && signal.TimeNs <= dyingNs)
                before.Add(signal);
        }
        int killer = (exitCode ?? 0) & 0x7f;
        SignalDelivered? kill = FirstKill(before.Items, dyingNs);
        // Whatever the exit code: no process survives SIGKILL.
        if (IsKill(killer) || kill is not null)
            // Also a request that the process ignores: SIGKILL follows because of it.
            return Because(FirstRequest(before.Items, kill?.TimeNs ?? dyingNs) ?? kill, Trigger.SigKill);
        SignalDelivered? handled = FirstHandled(before.Items, spans, dyingNs);
        return killer != 0
            ? Because(handled ?? LastOf(before.Items, killer), TriggerNames.OfSignal(killer))
            : Because(handled ?? LastHangUp(before.Items, spans, dyingNs), signalsSeen ? Trigger.Exit : Trigger.Unknown);
    }

    /// <summary>The signal that a process may be dying of, while that is not known yet: SIGKILL, or a recent request to end.</summary>
    /// <param name="signals">Signals to the process, in order.</param>
    /// <param name="spans">What it did, by start.</param>
    /// <param name="releasedNs">The end of its last release, CLOCK_MONOTONIC; null if it has none.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    /// <param name="forCertain">False for a live view: requests count for longer then.</param>
    public static SignalDelivered? Pending(
        ReadOnlySpan<SignalDelivered> signals, ReadOnlySpan<ProcessSpan> spans, long? releasedNs, long nowNs, bool forCertain)
    {
        SignalDelivered? first = null;
        foreach (SignalDelivered signal in signals)
        {
            bool mayKill = (IsForCertain(signal) || releasedNs > signal.TimeNs) && MayKill(After(signal, spans, nowNs), nowNs);
            bool asks = !forCertain && IsRequest(signal) && releasedNs is null && Within(Grace, signal.TimeNs, nowNs);
            if (!mayKill && !asks)
                continue;
            if (IsRequest(signal))
                return signal;
            first ??= signal;
        }
        return first;
    }

    /// <summary>It may still turn out to be the cause of an exit.</summary>
    /// <param name="after">A signal to the process, and what the process did after it.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public static bool MayKill(in AfterSignal after, long nowNs) => nowNs <= MayKillUntilNs(in after);

    /// <summary>Until when it may, CLOCK_MONOTONIC, if nothing more happens.</summary>
    /// <param name="after">A signal to the process, and what the process did after it.</param>
    public static long MayKillUntilNs(in AfterSignal after) => IsKill(after.Signal)
        ? after.Signal.TimeNs + (long)Grace.TotalNanoseconds
        : IsRequest(after.Signal) || IsHangUp(after.Signal) ? after.LeadsUntilNs : long.MinValue;

    /// <summary>What the process did with its devices after a signal.</summary>
    /// <param name="signal">The signal.</param>
    /// <param name="spans">What the process did, by start.</param>
    /// <param name="untilNs">What ended later does not count.</param>
    public static AfterSignal After(SignalDelivered signal, ReadOnlySpan<ProcessSpan> spans, long untilNs = long.MaxValue)
    {
        var after = new AfterSignal(signal);
        foreach (ref readonly ProcessSpan span in spans)
        {
            if (span.IsOfDevice && span.Time.EndNs <= untilNs)
                after.Add(span.Time, span.IsRelease);
        }
        return after;
    }

    /// <summary>It asks the process to end: SIGTERM, SIGINT, SIGQUIT.</summary>
    public static bool IsRequest(SignalDelivered signal) =>
        TriggerNames.OfSignal(signal.Number) is Trigger.SigTerm or Trigger.SigInt or Trigger.SigQuit;

    /// <summary>It can only mean the end, unlike SIGHUP, on which daemons reload their configuration.</summary>
    public static bool IsForCertain(SignalDelivered signal) => IsRequest(signal) || IsKill(signal);

    private static SignalDelivered? FirstKill(ReadOnlySpan<SignalDelivered> signals, long dyingNs)
    {
        foreach (SignalDelivered signal in signals)
        {
            if (IsKill(signal) && Within(Grace, signal.TimeNs, dyingNs))
                return signal;
        }
        return null;
    }

    private static SignalDelivered? FirstRequest(ReadOnlySpan<SignalDelivered> signals, long killedNs)
    {
        foreach (SignalDelivered signal in signals)
        {
            if (IsRequest(signal) && Within(IsTerm(signal) ? Grace : Soon, signal.TimeNs, killedNs))
                return signal;
        }
        return null;
    }

    private static SignalDelivered? FirstHandled(ReadOnlySpan<SignalDelivered> signals, ReadOnlySpan<ProcessSpan> spans, long dyingNs)
    {
        foreach (SignalDelivered signal in signals)
        {
            if (IsRequest(signal) && After(signal, spans).LeadsTo(dyingNs))
                return signal;
        }
        return null;
    }

    private static SignalDelivered? LastHangUp(ReadOnlySpan<SignalDelivered> signals, ReadOnlySpan<ProcessSpan> spans, long dyingNs)
    {
        for (int i = signals.Length - 1; i >= 0; i--)
        {
            if (IsHangUp(signals[i]) && After(signals[i], spans).LeadsTo(dyingNs))
                return signals[i];
        }
        return null;
    }

    private static SignalDelivered? LastOf(ReadOnlySpan<SignalDelivered> signals, int number)
    {
        for (int i = signals.Length - 1; i >= 0; i--)
        {
            if (signals[i].Number == number)
                return signals[i];
        }
        return null;
    }

    private static ShutdownCause Because(SignalDelivered? signal, Trigger otherwise) =>
        new(signal, signal is null ? otherwise : TriggerNames.OfSignal(signal.Number));

    /// <summary>Whether at most this time passes between the two; also if the second is the earlier one.</summary>
    public static bool Within(TimeSpan time, long fromNs, long toNs) => toNs - fromNs <= (long)time.TotalNanoseconds;

    private static bool IsTerm(SignalDelivered signal) => TriggerNames.OfSignal(signal.Number) == Trigger.SigTerm;

    private static bool IsHangUp(SignalDelivered signal) => TriggerNames.OfSignal(signal.Number) == Trigger.SigHup;

    private static bool IsKill(SignalDelivered signal) => IsKill(signal.Number) && !signal.Ignored;

    private static bool IsKill(int number) => TriggerNames.OfSignal(number) == Trigger.SigKill;
}
