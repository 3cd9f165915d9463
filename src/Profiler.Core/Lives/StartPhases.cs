using System.Collections.Immutable;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Lives;

/// <summary>Where the wall time of a start went: each nanosecond counts for one phase.</summary>
public sealed class StartPhases
{
    /// <summary>The number of phases.</summary>
    internal static readonly int Count = Enum.GetValues<StartPhase>().Length;

    private readonly long[] _ns = new long[Count];

    private StartPhases()
    {
    }

    /// <summary>Nanoseconds of a phase; all phases add up to the wall time.</summary>
    public long this[StartPhase phase] => _ns[(int)phase];

    /// <summary>Computes them from the events of a start.</summary>
    public static StartPhases Of(Start start) => Of(start, null);

    /// <summary>When each phase was the one that counts, in order; together they cover the start.</summary>
    public static ImmutableArray<(StartPhase Phase, Interval Time)> Timeline(Start start)
    {
        var timeline = new List<(int Phase, Interval Time)>();
        Of(start, timeline);
        return [.. timeline.Select(t => ((StartPhase)t.Phase, t.Time))];
    }

    private static StartPhases Of(Start start, List<(int Phase, Interval Time)>? timeline)
    {
        using var sweep = new PhaseSweep(start.Time);
        sweep.Add((int)StartPhase.Process, start.Time);
        sweep.Add((int)StartPhase.Prepare, new Interval(start.Time.StartNs, start.ContactNs));
        foreach (Operation open in start.Opens)
            sweep.Add(open, (int)StartPhase.Open, (int)StartPhase.LockWait, (int)StartPhase.Reset);
        foreach (StartPart part in start.Parts)
            sweep.Add((int)PhaseOf(part.Step, part.Mapping), part.Time);
        foreach (TeardownPart part in start.PowerChanges)
            sweep.Add((int)StartPhase.Power, part.Time);
        foreach (Operation reset in start.UserResets)
            sweep.Add(reset, (int)StartPhase.Reset, (int)StartPhase.LockWait, (int)StartPhase.Reset);
        foreach (Reset reset in start.OtherResets)
            sweep.Add((int)StartPhase.Reset, reset.Time);
        foreach (OperationInFlight open in start.UnderWay)
        {
            sweep.Add((int)PhaseOf(open.Kind), new Interval(open.StartNs, open.StateSinceNs));
            sweep.Add((int)PhaseOf(open), new Interval(open.StateSinceNs, start.Time.EndNs));
        }
        foreach (StartPartInFlight part in start.PartsUnderWay)
            sweep.Add((int)PhaseOf(part.Step, null), new Interval(part.SinceNs, start.Time.EndNs));
        var phases = new StartPhases();
        sweep.Into(phases._ns, timeline);
        return phases;
    }

    private static StartPhase PhaseOf(OperationKind kind) => kind == OperationKind.Open ? StartPhase.Open : StartPhase.Reset;

    private static StartPhase PhaseOf(OperationInFlight operation) => operation.State switch
    {
        OperationState.Resetting => StartPhase.Reset,
        OperationState.WaitingForLock => StartPhase.LockWait,
        _ => PhaseOf(operation.Kind),
    };

    // What a mapping in progress does is known at its end: until then it pins.
    private static StartPhase PhaseOf(StartStep step, DmaMapping? mapping) => step switch
    {
        StartStep.Interrupts => StartPhase.Interrupts,
        StartStep.KvmMemory => StartPhase.Kvm,
        _ => mapping is { } done ? PhaseOf(done) : StartPhase.DmaPin,
    };

    /// <summary>The phase of a mapping: that of most of its bytes.</summary>
    internal static StartPhase PhaseOf(DmaMapping mapping) =>
        mapping.PinnedBytes == 0 && mapping.DeviceBytes > 0 ? StartPhase.DmaDevice
        : mapping.AllocatedBytes > mapping.PinnedBytes / 2 ? StartPhase.DmaAllocate
        : StartPhase.DmaPin;
}
