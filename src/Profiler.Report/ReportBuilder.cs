using System.Collections.Immutable;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Problems;
using Profiler.Core.Spans;
using Profiler.Core.WhatIf;

namespace Profiler.Report;

/// <summary>Makes the report of a recording.</summary>
public static class ReportBuilder
{
    /// <param name="recorded">The recording.</param>
    /// <param name="filter">The part of it to report.</param>
    /// <param name="limit">The reader's own time limit of a shutdown; null for none.</param>
    /// <param name="addresses">With kernel addresses of locks and stack frames instead of "lock 1" and "?".</param>
    /// <param name="rules">What to answer of --what-if; none by default.</param>
    public static ReportDocument Build(
        RecordedCapture recorded, ActivityFilter filter, StopLimit? limit = null, bool addresses = false, params ImmutableArray<WhatIfRule> rules)
    {
        ImmutableArray<Problem> problems = Problems(recorded);
        // What the host needs for an FLR, say, is known from all of the recording.
        WhatIfReport? whatIf = rules.IsEmpty ? null : new WhatIfReport(recorded, problems, rules);
        ImmutableArray<Operation> all = recorded.Operations;
        recorded = recorded.Only(filter);
        var report = new ShutdownReport(
            recorded.Facts, new LockNames(all, addresses), Evidence.Of(Probes(recorded), problems), limit);
        bool Wants(Operation o) => filter.WantsProcess(o.Task.Tgid, report.Vm(o.Task.Tgid)) && filter.WantsDevice(o.Device);
        ImmutableArray<Operation> operations = [.. recorded.Operations.Where(Wants).OrderBy(o => o.Time.StartNs)];
        ImmutableArray<Operation> releases = [.. operations.Where(o => o.Kind == OperationKind.Release)];
        ImmutableArray<Shutdown> shutdowns = [.. recorded.Shutdowns.Where(s => filter.Wants(s, report.Vm(s.Task.Tgid))).OrderBy(s => s.Time.StartNs)];
        return new ReportDocument(
            ReportDocument.SchemaId,
            new ReportHost(recorded.Info.Kernel, recorded.Info.Hostname),
            CaptureReport.Of(recorded, problems),
            Releases(releases, report, recorded.Facts.Devices),
            [.. shutdowns.Select(s => report.Of(s) with { WhatIf = whatIf?.Of(s) })],
            Starts(recorded, all, report, whatIf),
            [.. operations.Where(o => o.Kind == OperationKind.Open).Select(report.Of)],
            [
                .. operations.Where(o => o.Kind.IsReset())
                    .Select(o => new ReportUserReset(o.Kind.Name(), UserResets.DevicesOf(o, recorded.Facts.Devices), report.Of(o))),
            ],
            // Holders are searched among all operations, also those that the filter hides.
            report.Of([
                .. OpenFindings.For(operations.Where(o => o.Kind != OperationKind.Release), all, recorded.Facts),
                .. recorded.Facts.Damages.Select(d => DamageFindings.Of(d, recorded.Facts)),
            ]),
            report.Locks(operations),
            [
                .. recorded.Devices.Values
                    .Where(d => filter.WantsDevice(d.Bdf))
                    .OrderBy(d => d.Bdf, StringComparer.Ordinal)
                    .Select(ShutdownReport.Of),
            ],
            Forecasts.Of(shutdowns, filter, recorded.Facts),
            [.. recorded.Facts.Stacks.Values.OrderBy(s => s.Key).Select(s => new ReportStack(s.Key, addresses ? s.Frames : StackText.WithoutAddresses(s.Frames)))],
            Histograms(recorded.Last.Histograms))
        {
            WhatIf = whatIf?.Rules,
        };
    }

    internal static ImmutableArray<ProbeInfo> Probes(RecordedCapture recorded) => recorded.End?.Probes ?? recorded.Info.Probes;

    private static ImmutableArray<Problem> Problems(RecordedCapture recorded) => CaptureProblems.Of(new CaptureKnowledge(
        Probes(recorded),
        recorded.End?.Events.Select(e => KeyValuePair.Create(e.Kind, e.Lost)) ?? [],
        recorded.Last.Unmatched, recorded.Last.StacksLost,
        recorded.Shutdowns.Count(s => s.BeganBefore), recorded.Shutdowns.Count(s => s.Unfinished),
        recorded.Problems)
    {
        StartsBeganBefore = recorded.Starts.Count(s => s.BeganBefore),
        StartsUnfinished = recorded.Starts.Count(s => s.Unfinished),
    });

    private static ReportReleases Releases(
        ImmutableArray<Operation> releases, ShutdownReport report, IReadOnlyDictionary<string, DeviceIdentity> devices) => releases.IsEmpty
        ? new ReportReleases(0, 0, 0, 0, 0, [])
        : new ReportReleases(
            releases.Length,
            releases.Max(r => r.Time.EndNs) - releases.Min(r => r.Time.StartNs),
            Interval.PeakConcurrency(releases.AsSpan(), static r => r.Time),
            releases.Sum(r => r.LockWaitNs),
            releases.Sum(r => r.ResetNs),
            report.Of(Finding.ByCost(ReleaseFindings.ForAll(releases, devices))));

    // How fast the host maps huge pages is known from all starts.
    private static ImmutableArray<ReportStart> Starts(
        RecordedCapture recorded, ImmutableArray<Operation> all, ShutdownReport report, WhatIfReport? whatIf)
    {
        var starts = new StartReport(recorded.Facts, report, all, MappingRates.Of(recorded.Starts));
        return [.. recorded.Starts.OrderBy(s => s.Time.StartNs).Select(s => starts.Of(s) with { WhatIf = whatIf?.Of(s) })];
    }

    private static ReportHistograms Histograms(HistogramSet set) => new(
        Histogram(set.LockWait),
        Histogram(HistogramSnapshot.Merge(set.Reset.Values)),
        new SortedDictionary<string, ReportHistogram>(set.Reset.ToDictionary(r => r.Key.Name(), r => Histogram(r.Value))),
        Histogram(set.Release),
        Histogram(set.Open),
        Histogram(set.Shutdown),
        new SortedDictionary<string, ReportHistogram>(set.Phase.ToDictionary(p => p.Key.Name(), p => Histogram(p.Value))),
        Histogram(set.Start),
        new SortedDictionary<string, ReportHistogram>(set.StartPhase.ToDictionary(p => p.Key.Name(), p => Histogram(p.Value))));

    private static ReportHistogram Histogram(HistogramSnapshot h) => new(
        h.Count, h.SumNs, h.MaxNs, h.Percentile(0.5), h.Percentile(0.9), h.Percentile(0.99),
        [.. h.Buckets.Select(b => new ReportBucket(b.FromNs, b.BelowNs, b.Count))]);
}
