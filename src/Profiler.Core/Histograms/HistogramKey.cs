using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Histograms;

/// <summary>The kinds of histograms in <see cref="HistogramSet"/>.</summary>
public enum HistogramKind
{
    Release,
    Open,
    LockWait,
    Reset,
    Shutdown,
    Phase,
    Start,
    StartPhase,
}

/// <summary>One histogram: its kind, with the reset method or the phase for kinds that have one histogram for each.</summary>
public readonly record struct HistogramKey
{
    public static readonly HistogramKey
        Release = new(HistogramKind.Release, 0), Open = new(HistogramKind.Open, 0), LockWait = new(HistogramKind.LockWait, 0),
        Shutdown = new(HistogramKind.Shutdown, 0), Start = new(HistogramKind.Start, 0);

    private readonly int _part;

    private HistogramKey(HistogramKind kind, int part) => (Kind, _part) = (kind, part);

    public HistogramKind Kind { get; }

    // The most histograms of one kind.
    private static readonly int MaxParts = Math.Max(
        Enum.GetValues<ResetMethod>().Length, Math.Max(Enum.GetValues<Phase>().Length, Enum.GetValues<StartPhase>().Length));

    /// <summary>The length of an array indexed by <see cref="Index"/>.</summary>
    public static readonly int Count = Enum.GetValues<HistogramKind>().Length * MaxParts;

    /// <summary>A number of its own, from 0.</summary>
    public int Index => (int)Kind * MaxParts + _part;

    /// <summary>The reset method of a <see cref="HistogramKind.Reset"/>.</summary>
    public ResetMethod Method => (ResetMethod)_part;

    /// <summary>The phase of a <see cref="HistogramKind.Phase"/>.</summary>
    public Phase Phase => (Phase)_part;

    /// <summary>The phase of a <see cref="HistogramKind.StartPhase"/>.</summary>
    public StartPhase StartPhase => (StartPhase)_part;

    public static HistogramKey Of(StartPhase phase) => new(HistogramKind.StartPhase, (int)phase);

    public static HistogramKey Of(ResetMethod method) => new(HistogramKind.Reset, (int)method);

    public static HistogramKey Of(Phase phase) => new(HistogramKind.Phase, (int)phase);
}
