using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Lives;

/// <summary>Where the wall time of a shutdown went: each nanosecond counts for one phase.</summary>
public sealed class ShutdownPhases
{
    private static readonly int Count = Enum.GetValues<Phase>().Length;

    private readonly long[] _ns = new long[Count];

    private ShutdownPhases()
    {
    }

    /// <summary>Nanoseconds of a phase; all phases add up to the wall time.</summary>
    public long this[Phase phase] => _ns[(int)phase];

    /// <summary>Computes them from the events of a shutdown.</summary>
    public static ShutdownPhases Of(Shutdown shutdown)
    {
        var edges = new List<Edge>();
        void Add(Phase phase, Interval time)
        {
            long from = Math.Max(time.StartNs, shutdown.Time.StartNs), to = Math.Min(time.EndNs, shutdown.Time.EndNs);
            if (from >= to)
                return;
            edges.Add(new Edge(from, phase, 1));
            edges.Add(new Edge(to, phase, -1));
        }

        Add(Phase.Unattributed, shutdown.Time);
        Add(Phase.Process, new Interval(shutdown.Time.StartNs, InKernelFrom(shutdown)));
        if (shutdown is { DeadNs: { } dead, ReapedNs: { } reaped })
            Add(Phase.Reaping, new Interval(dead, reaped));
        foreach (TeardownPart part in shutdown.Parts)
            Add(PhaseOf(part.Step), part.Time);
        foreach (Operation operation in shutdown.Releases.Concat(shutdown.Opens))
        {
            foreach (Interval busy in Except(operation.Time, operation.LockWaits.Select(w => w.Time)))
                Add(PhaseOf(operation.Kind), busy);
            foreach (LockWait wait in operation.LockWaits)
                Add(Phase.LockWait, wait.Time);
            foreach (Reset reset in operation.Resets)
                Add(Phase.Reset, reset.Time);
        }
        foreach (Reset reset in shutdown.OtherResets)
            Add(Phase.Reset, reset.Time);
        foreach (OperationInFlight operation in shutdown.UnderWay)
        {
            Add(PhaseOf(operation.Kind), new Interval(operation.StartNs, operation.StateSinceNs));
            Add(PhaseOf(operation), new Interval(operation.StateSinceNs, shutdown.Time.EndNs));
        }
        return Sweep(edges);
    }

    // Until it exits, the process is in user space. If the exit was not seen: until the kernel closes its first device.
    private static long InKernelFrom(Shutdown s) =>
        s.ExitsNs ?? s.Releases.Where(r => r.Exiting).Select(r => (long?)r.Time.StartNs).FirstOrDefault() ?? s.Time.EndNs;

    private static Phase PhaseOf(OperationKind kind) => kind == OperationKind.Open ? Phase.Open : Phase.Release;

    private static Phase PhaseOf(OperationInFlight operation) => operation.State switch
    {
        OperationState.Resetting => Phase.Reset,
        OperationState.WaitingForLock => Phase.LockWait,
        _ => PhaseOf(operation.Kind),
    };

    private static Phase PhaseOf(TeardownStep step) => step switch
    {
        TeardownStep.Memory => Phase.Memory,
        TeardownStep.Files => Phase.Files,
        TeardownStep.Iommu => Phase.Iommu,
        TeardownStep.Kvm => Phase.Kvm,
        TeardownStep.Power => Phase.Power,
        TeardownStep.CoreDump => Phase.CoreDump,
        _ => Phase.Unattributed,
    };

    // The waits of one thread are in order and do not overlap.
    private static IEnumerable<Interval> Except(Interval whole, IEnumerable<Interval> holes)
    {
        long from = whole.StartNs;
        foreach (Interval hole in holes)
        {
            yield return new Interval(from, hole.StartNs);
            from = hole.EndNs;
        }
        yield return new Interval(from, whole.EndNs);
    }

    // The order of edges at the same time makes no difference: no time passes between them.
    private static ShutdownPhases Sweep(List<Edge> edges)
    {
        edges.Sort(static (a, b) => a.TimeNs.CompareTo(b.TimeNs));
        var phases = new ShutdownPhases();
        Span<int> open = stackalloc int[Count];
        long reached = 0;
        foreach ((long timeNs, Phase phase, int change) in edges)
        {
            int first = open.IndexOfAnyExcept(0);
            if (first >= 0)
                phases._ns[first] += timeNs - reached;
            reached = timeNs;
            open[(int)phase] += change;
        }
        return phases;
    }

    private readonly record struct Edge(long TimeNs, Phase Phase, int Change);
}
