using System.Collections.Immutable;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Lives;

/// <summary>Where the wall time of a shutdown went: each nanosecond counts for one phase.</summary>
public sealed class ShutdownPhases
{
    /// <summary>The number of phases.</summary>
    internal static readonly int Count = Enum.GetValues<Phase>().Length;

    private readonly long[] _ns = new long[Count];

    private ShutdownPhases()
    {
    }

    /// <summary>Nanoseconds of a phase; all phases add up to the wall time.</summary>
    public long this[Phase phase] => _ns[(int)phase];

    /// <summary>Computes them from the events of a shutdown.</summary>
    public static ShutdownPhases Of(Shutdown shutdown) => Of(shutdown, null);

    /// <summary>When each phase was the one that counts, in order; together they cover the shutdown.</summary>
    public static ImmutableArray<(Phase Phase, Interval Time)> Timeline(Shutdown shutdown)
    {
        var timeline = new List<(int Phase, Interval Time)>();
        Of(shutdown, timeline);
        return [.. timeline.Select(t => ((Phase)t.Phase, t.Time))];
    }

    private static ShutdownPhases Of(Shutdown shutdown, List<(int Phase, Interval Time)>? timeline)
    {
        using var sweep = new PhaseSweep(shutdown.Time);
        sweep.Add((int)Phase.Unattributed, shutdown.Time);
        sweep.Add((int)Phase.Process, new Interval(shutdown.Time.StartNs, InKernelFrom(shutdown)));
        if (shutdown is { DeadNs: { } dead, ReapedNs: { } reaped })
            sweep.Add((int)Phase.Reaping, new Interval(dead, reaped));
        foreach (TeardownPart part in shutdown.Parts)
            sweep.Add((int)PhaseOf(part.Step), part.Time);
        foreach (Operation release in shutdown.Releases)
            sweep.Add(release, (int)PhaseOf(release.Kind), (int)Phase.LockWait, (int)Phase.Reset);
        foreach (Operation open in shutdown.Opens)
            sweep.Add(open, (int)PhaseOf(open.Kind), (int)Phase.LockWait, (int)Phase.Reset);
        foreach (Operation reset in shutdown.UserResets)
            sweep.Add(reset, (int)PhaseOf(reset.Kind), (int)Phase.LockWait, (int)Phase.Reset);
        foreach (Reset reset in shutdown.OtherResets)
            sweep.Add((int)Phase.Reset, reset.Time);
        foreach (OperationInFlight operation in shutdown.UnderWay)
        {
            sweep.Add((int)PhaseOf(operation.Kind), new Interval(operation.StartNs, operation.StateSinceNs));
            sweep.Add((int)PhaseOf(operation), new Interval(operation.StateSinceNs, shutdown.Time.EndNs));
        }
        var phases = new ShutdownPhases();
        sweep.Into(phases._ns, timeline);
        return phases;
    }

    // Until it exits, the process is in user space. If the exit was not seen: until the kernel closes its first device.
    private static long InKernelFrom(Shutdown shutdown)
    {
        if (shutdown.ExitsNs is { } exits)
            return exits;
        if ((shutdown.DeadNs ?? shutdown.ReapedNs) <= shutdown.Time.StartNs)
            return shutdown.Time.StartNs;
        foreach (Operation release in shutdown.Releases)
        {
            if (release.Exiting && !shutdown.IsByOther(release))
                return release.Time.StartNs;
        }
        return shutdown.Time.EndNs;
    }

    // A reset that the process asked for is one from begin to end, but for its lock waits.
    private static Phase PhaseOf(OperationKind kind) => kind switch
    {
        OperationKind.Release => Phase.Release,
        OperationKind.Open => Phase.Open,
        _ => Phase.Reset,
    };

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
}
