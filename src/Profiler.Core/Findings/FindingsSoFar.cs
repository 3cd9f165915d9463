using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Spans;
using static Profiler.Core.Findings.Words;

namespace Profiler.Core.Findings;

/// <summary>What a shutdown that is not over says so far.</summary>
/// <param name="Id">That of the finding it may become; "user_space" if the process has not begun to exit.</param>
/// <param name="Text">What was seen until now, in few words; its numbers are of what is over or waits now.</param>
/// <param name="Remedy">What would help; null if nothing is known to.</param>
public sealed record FindingSoFar(string Id, string Text, string? Remedy);

/// <summary>Findings of shutdowns in flight: of the part that is over, and of who waits for whom. Nothing is extrapolated.</summary>
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
        long inParallelNs = s.SoFar.IfParallelNs;
        bool serial = AtMostOneAtATime(s);
        Finding? leading = Finding.ByCost(
            ReleaseFindings.For(s.SoFar.Releases, inParallelNs).Where(f => serial || f.Id is not ("serial_exit" or "serial_close"))
                .Concat(ResetFindings.For(s.SoFar.Releases, facts.Devices, evidence))
                .Where(f => f.Severity == Severity.Warning)).FirstOrDefault();
        return leading switch
        {
            null => null,
            { Id: "serial_exit" or "serial_close" } => new FindingSoFar(leading.Id,
                $"{s.SoFar.Releases.Length} devices closed one after another in {Seconds(Interval.UnionNs(s.SoFar.Releases.Select(r => r.Time)))}; " +
                $"in parallel {Seconds(inParallelNs)}", leading.Remedy),
            _ => new FindingSoFar(leading.Id, leading.Text, leading.Remedy),
        };
    }

    // Who waits now, and for whom most of them do.
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
        return new FindingSoFar("lock_held_across_release",
            $"{waiting.Count} of {Count(s.Releasing.Length, "release")} {(waiting.Count == 1 ? "waits" : "wait")} for a lock {by}", null);
    }

    private static FindingSoFar? Before(ShutdownInFlight s) => s switch
    {
        { Releasing.IsEmpty: false } => null,
        { SoFar: { Trigger: Trigger.Unknown or Trigger.Close } } => null,
        { SoFar.ExitsNs: null } => new FindingSoFar("user_space", "no device closed yet: the process has not begun to exit", null),
        _ => new FindingSoFar("before_release", "no device closed yet: the process exits, its memory comes first", null),
    };

    private static bool AtMostOneAtATime(ShutdownInFlight s) =>
        s.Releasing.Length <= 1 && (s.Releasing.IsEmpty || s.SoFar.Releases.All(r => r.Time.EndNs <= s.Releasing[0].StartNs));
}
