using System.Numerics;
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
    public static ShutdownPhases Of(Shutdown shutdown)
    {
        using var edges = new Edges(shutdown.Time);
        edges.Add(Phase.Unattributed, shutdown.Time);
        edges.Add(Phase.Process, new Interval(shutdown.Time.StartNs, InKernelFrom(shutdown)));
        if (shutdown is { DeadNs: { } dead, ReapedNs: { } reaped })
            edges.Add(Phase.Reaping, new Interval(dead, reaped));
        foreach (TeardownPart part in shutdown.Parts)
            edges.Add(PhaseOf(part.Step), part.Time);
        foreach (Operation release in shutdown.Releases)
            edges.Add(release);
        foreach (Operation open in shutdown.Opens)
            edges.Add(open);
        foreach (Operation reset in shutdown.UserResets)
            edges.Add(reset);
        foreach (Reset reset in shutdown.OtherResets)
            edges.Add(Phase.Reset, reset.Time);
        foreach (OperationInFlight operation in shutdown.UnderWay)
        {
            edges.Add(PhaseOf(operation.Kind), new Interval(operation.StartNs, operation.StateSinceNs));
            edges.Add(PhaseOf(operation), new Interval(operation.StateSinceNs, shutdown.Time.EndNs));
        }
        return edges.Sweep();
    }

    // Until it exits, the process is in user space. If the exit was not seen: until the kernel closes its first device.
    private static long InKernelFrom(Shutdown shutdown)
    {
        if (shutdown.ExitsNs is { } exits)
            return exits;
        foreach (Operation release in shutdown.Releases)
        {
            if (release.Exiting)
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

    /// <summary>The begins and ends of what happens during a shutdown.</summary>
    /// <param name="within">The shutdown.</param>
    private ref struct Edges(Interval within)
    {
        private Scratch<long> _times = new();
        private Scratch<byte> _changes = new(); // the phase, and whether it begins

        public void Add(Operation operation)
        {
            // The waits of one thread are in order and do not overlap.
            long from = operation.Time.StartNs;
            foreach (LockWait wait in operation.LockWaits)
            {
                Add(PhaseOf(operation.Kind), new Interval(from, wait.Time.StartNs));
                Add(Phase.LockWait, wait.Time);
                from = wait.Time.EndNs;
            }
            Add(PhaseOf(operation.Kind), new Interval(from, operation.Time.EndNs));
            foreach (Reset reset in operation.Resets)
                Add(Phase.Reset, reset.Time);
        }

        public void Add(Phase phase, Interval time)
        {
            long from = Math.Max(time.StartNs, within.StartNs), to = Math.Min(time.EndNs, within.EndNs);
            if (from >= to)
                return;
            Add(from, phase, begins: true);
            Add(to, phase, begins: false);
        }

        /// <summary>The time in each phase. The order of edges at the same time makes no difference: no time passes between them.</summary>
        public readonly ShutdownPhases Sweep()
        {
            Span<long> times = _times.Items;
            Span<byte> changes = _changes.Items;
            times.Sort(changes);
            var phases = new ShutdownPhases();
            Span<int> open = stackalloc int[Count];
            uint anyOpen = 0; // a bit for each phase
            long reached = 0;
            for (int i = 0; i < times.Length; i++)
            {
                if (anyOpen != 0)
                    phases._ns[BitOperations.TrailingZeroCount(anyOpen)] += times[i] - reached;
                reached = times[i];
                int phase = changes[i] >> 1;
                open[phase] += (changes[i] & 1) != 0 ? 1 : -1;
                anyOpen = open[phase] != 0 ? anyOpen | 1u << phase : anyOpen & ~(1u << phase);
            }
            return phases;
        }

        public readonly void Dispose()
        {
            _times.Dispose();
            _changes.Dispose();
        }

        private void Add(long timeNs, Phase phase, bool begins)
        {
            _times.Add(timeNs);
            _changes.Add((byte)((int)phase << 1 | (begins ? 1 : 0)));
        }
    }
}
