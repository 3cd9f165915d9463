using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using static Profiler.Core.Figures;

namespace Profiler.Core.Findings;

/// <summary>What can be said of a shutdown in progress.</summary>
/// <param name="Kind">The finding it may become; null if no device has been closed yet.</param>
/// <param name="Text">What was seen up to now, in few words.</param>
/// <param name="Remedy">What would help; null if nothing is known to.</param>
public sealed record FindingSoFar(FindingKind? Kind, string Text, string? Remedy);

/// <summary>Findings of shutdowns in progress: of their ended releases, and of the lock waits of this moment. Nothing is extrapolated.</summary>
public static class FindingsSoFar
{
    /// <summary>The leading finding.</summary>
    /// <param name="s">The shutdown.</param>
    /// <param name="facts">What is known beside the events.</param>
    /// <param name="evidence">Whether what was not seen did not happen.</param>
    /// <returns>Null as long as there is nothing to say.</returns>
    public static FindingSoFar? Leading(ShutdownInFlight s, HostFacts facts, Evidence evidence)
    {
        if (Waiting(s, facts) is { } waiting)
            return waiting;
        if (s.SoFar.Releases.IsEmpty)
            return Before(s);
        bool serial = AtMostOneAtATime(s);
        var findings = new List<Finding>();
        ReleaseFindings.AddTo(findings, s.SoFar.Releases, facts.Devices);
        findings.RemoveAll(f => !serial && (f.Kind == FindingKinds.SerialExit || f.Kind == FindingKinds.SerialClose));
        ResetFindings.AddTo(findings, s.SoFar.Releases, facts, () => evidence);
        Finding? leading = Finding.ByCost(findings.Where(f => f.Severity == Severity.Warning)).FirstOrDefault();
        return leading switch
        {
            null => null,
            _ when leading.Kind == FindingKinds.SerialExit || leading.Kind == FindingKinds.SerialClose => new FindingSoFar(leading.Kind,
                $"{s.SoFar.Releases.Length} devices closed one after another in {Text(Interval.UnionNs(s.SoFar.Releases.AsSpan(), static r => r.Time))}; " +
                $"in parallel {Text(s.SoFar.IfParallelNs)}", leading.Remedy),
            _ => new FindingSoFar(leading.Kind, leading.Text, leading.Remedy),
        };
    }

    // Lock waits of this moment, and the holder that most of them wait for.
    private static FindingSoFar? Waiting(ShutdownInFlight s, HostFacts facts)
    {
        List<OperationInFlight> waiting = [.. s.Releasing.Where(r => r.State == OperationState.WaitingForLock)];
        if (waiting.Count == 0)
            return null;
        OperationInFlight? held = waiting.GroupBy(r => (r.Holder?.Tgid, r.HolderDevice)).OrderByDescending(g => g.Count()).First().First();
        string by = (held.HolderDevice, held.Holder) switch
        {
            ({ } device, { } holder) when holder.Tgid == s.Task.Tgid => $"held at {device}",
            ({ } device, { } holder) => $"held at {device} by {facts.NameOf(holder.Tgid, holder.Comm)}",
            (null, { } holder) => $"held by {facts.NameOf(holder.Tgid, holder.Comm)}",
            _ => "whose holder was not seen",
        };
        return new FindingSoFar(FindingKinds.LockHeld,
            $"{waiting.Count} of {Count(s.Releasing.Length, "release")} {(waiting.Count == 1 ? "waits" : "wait")} for a lock {by}", null);
    }

    private static FindingSoFar? Before(ShutdownInFlight s) => s switch
    {
        { Releasing.IsEmpty: false } => null,
        { SoFar: { Trigger: Trigger.Unknown or Trigger.Close } } => null,
        { SoFar.ExitsNs: null } => new FindingSoFar(null, "no device closed yet: the process has not begun to exit", null),
        _ => new FindingSoFar(null, "no device closed yet: the process is exiting and frees its memory first", null),
    };

    private static bool AtMostOneAtATime(ShutdownInFlight s) =>
        s.Releasing.Length <= 1 && (s.Releasing.IsEmpty || s.SoFar.Releases.All(r => r.Time.EndNs <= s.Releasing[0].StartNs));
}
