using System.Collections.Immutable;
using Profiler.Core.Capture;
using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Report.Export;

/// <summary>What an export of a recording is made of: the report, and the activities that it is made of, with the times of all parts.</summary>
/// <param name="Report">The report.</param>
/// <param name="Recorded">The part of the recording that the filter leaves.</param>
/// <param name="Locks">Names of locks, those of the report.</param>
public sealed record Exported(ReportDocument Report, RecordedCapture Recorded, LockNames Locks)
{
    /// <summary>Releases, opens and requested resets, in the order of their begins.</summary>
    public ImmutableArray<Operation> Operations { get; } = [.. Recorded.Operations.OrderBy(o => o.Time.StartNs).ThenBy(o => o.Task.Tid)];

    /// <summary>Resets outside of operations, in the order of their begins.</summary>
    public ImmutableArray<StandaloneReset> Resets { get; } = [.. Recorded.Resets.OrderBy(r => r.Reset.Time.StartNs).ThenBy(r => r.Task.Tid)];

    /// <summary>In the order of their begins.</summary>
    public ImmutableArray<Shutdown> Shutdowns { get; } = [.. Recorded.Shutdowns.OrderBy(s => s.Time.StartNs).ThenBy(s => s.Task.Tgid)];

    /// <summary>In the order of their begins.</summary>
    public ImmutableArray<Start> Starts { get; } = [.. Recorded.Starts.OrderBy(s => s.Time.StartNs).ThenBy(s => s.Task.Tgid)];

    /// <summary>Converts operations to their form in the report.</summary>
    internal ShutdownReport Names { get; } = new(Recorded.Facts, Locks, Evidence.Of([], []));

    /// <param name="recorded">The recording.</param>
    /// <param name="filter">The part of it to export.</param>
    public static Exported Of(RecordedCapture recorded, ActivityFilter filter) => new(
        ReportBuilder.Build(recorded, filter), recorded.Only(filter), new LockNames(recorded.Operations, addresses: false));

    /// <summary>The VM of a process; null if it is none or has no name.</summary>
    public string? Vm(int pid) => Recorded.VmNames.GetValueOrDefault(pid);

    /// <summary>Wall-clock time, UTC.</summary>
    /// <param name="ns">CLOCK_MONOTONIC.</param>
    public DateTimeOffset WallClock(long ns) => LineTime.Of(Recorded.Info, ns);
}
