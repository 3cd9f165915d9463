using System.Collections.Immutable;
using Profiler.Bpf.Session;
using Profiler.Core.Problems;
using Profiler.Core.Wire;

namespace Profiler.Host.Live;

/// <summary>What a session did not see, may not see or cannot know, in the words all outputs share.</summary>
public static class SessionProblems
{
    /// <summary>Until now; without what probes missed and events were lost, which are counted by name.</summary>
    public static ImmutableArray<Problem> Of(BpfSession session) =>
    [
        .. OfProbes(session.Status()), .. OfSwitches(session.SwitchedOff), .. OfFaults(session.Faults(), session.NotFollowed),
    ];

    /// <summary>Required ones that are not there, and those that may miss calls uncounted.</summary>
    public static IEnumerable<Problem> OfProbes(IReadOnlyList<ProbeStatus> probes)
    {
        foreach (ProbeStatus missing in probes.Where(p => p is { Essential: true, Attached: false, WaitsFor: null }))
            yield return new Problem(ProblemKinds.ProbeMissing.Id, Detail: missing.Name);
        foreach (ProbeStatus limited in probes.Where(p => p.Limited))
            yield return new Problem(ProblemKinds.ProbeLimited.Id, Detail: limited.Name);
        // On kernels that do not count it that is most of them: one line.
        string unknown = string.Join(", ", probes.Where(p => p is { Attached: true, Missed: null, Limited: false }).Select(p => p.Name));
        if (unknown.Length > 0)
            yield return new Problem(ProblemKinds.ProbeMayMiss.Id, Detail: unknown);
    }

    /// <summary>By name of the switch.</summary>
    public static IEnumerable<Problem> OfSwitches(IEnumerable<string> off) => off.Select(name => new Problem(ProblemKinds.TracingOff.Id, Detail: name));

    /// <summary>By <c>enum fault</c>.</summary>
    /// <param name="faults">As the programs counted them.</param>
    /// <param name="notFollowed">Processes that user space had no room for.</param>
    public static IEnumerable<Problem> OfFaults(IReadOnlyList<long> faults, long notFollowed)
    {
        for (int fault = 0; fault < faults.Count; fault++)
        {
            long count = faults[fault] + (fault == (int)Fault.TrackedFull ? notFollowed : 0);
            if (count > 0)
                yield return new Problem(KindOf((Fault)fault).Id, count);
        }
    }

    private static ProblemKind KindOf(Fault fault) => fault switch
    {
        Fault.SpansFull => ProblemKinds.SpansFull,
        Fault.ResetsFull => ProblemKinds.ResetsFull,
        Fault.TrackedFull => ProblemKinds.OwnersFull,
        Fault.EndsLost => ProblemKinds.EndsLost,
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "not in bpf/events.h"),
    };
}
