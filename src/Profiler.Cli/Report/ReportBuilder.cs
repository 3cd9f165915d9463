using System.Collections.Immutable;
using Profiler.Core;
using Profiler.Core.Findings;
using Profiler.Core.Histograms;
using Profiler.Core.Recording;
using Profiler.Core.Spans;

namespace Profiler.Cli.Report;

/// <summary>A recording to a report: a pure function.</summary>
internal static class ReportBuilder
{
    public static ReportDocument Build(RecordedCapture recorded, ReportFilter filter)
    {
        ImmutableArray<Operation> all = recorded.Operations;
        recorded = recorded.Only(filter);
        var report = new ShutdownReport(recorded.Surroundings);
        bool Wants(Operation o) => filter.WantsProcess(o.Task.Tgid, report.Vm(o.Task.Tgid)) && filter.WantsDevice(o.Device);
        ImmutableArray<Operation> operations = [.. recorded.Operations.Where(Wants).OrderBy(o => o.Time.StartNs)];
        ImmutableArray<Operation> releases = [.. operations.Where(o => o.Kind == OperationKind.Release)];
        return new ReportDocument(
            ReportDocument.SchemaId,
            new ReportHost(recorded.Info.Kernel, recorded.Info.Hostname),
            Capture(recorded),
            Releases(releases),
            [
                .. recorded.Shutdowns
                    .Where(s => filter.Wants(s, report.Vm(s.Task.Tgid)))
                    .OrderBy(s => s.Time.StartNs)
                    .Select(report.Of),
            ],
            [.. operations.Where(o => o.Kind == OperationKind.Open).Select(report.Of)],
            // The culprit is looked for among all, whoever is shown.
            ShutdownReport.Of(OpenFindings.For(operations.Where(o => o.Kind == OperationKind.Open), all, recorded.Surroundings)),
            ShutdownReport.Locks(operations),
            [
                .. recorded.Devices.Values
                    .Where(d => filter.WantsDevice(d.Bdf))
                    .OrderBy(d => d.Bdf, StringComparer.Ordinal)
                    .Select(ShutdownReport.Of),
            ],
            [.. recorded.Surroundings.Stacks.Values.OrderBy(s => s.Key).Select(s => new ReportStack(s.Key, s.Frames))],
            Histograms(recorded.Last.Histograms));
    }

    private static ReportCapture Capture(RecordedCapture recorded) => new(
        recorded.Info.Start,
        recorded.Info.StartNs,
        recorded.DurationNs,
        recorded.End is not null,
        recorded.Received,
        recorded.Lost,
        recorded.Last.Unmatched,
        recorded.Last.StacksLost,
        [
            .. recorded.Last.Received.Select((received, kind) => (received, Name: RecordedCapture.KindName(kind))).Skip(1).Select(e =>
            {
                EventCount? counted = recorded.End?.Events.FirstOrDefault(c => c.Kind == e.Name);
                return new ReportEvents(e.Name, counted?.Emitted, e.received, counted?.Lost);
            }),
        ],
        [
            .. (recorded.End?.Probes ?? recorded.Info.Probes)
                .Select(p => new ReportProbe(p.Name, p.Symbol, p.Attach, p.Attached, p.Missed, p.Reason, p.WaitsFor)),
        ]);

    private static ReportReleases Releases(ImmutableArray<Operation> releases) => releases.IsEmpty
        ? new ReportReleases(0, 0, 0, 0, 0, [])
        : new ReportReleases(
            releases.Length,
            releases.Max(r => r.Time.EndNs) - releases.Min(r => r.Time.StartNs),
            Interval.PeakConcurrency(releases.Select(r => r.Time)),
            releases.Sum(r => r.LockWaitNs),
            releases.Sum(r => r.ResetNs),
            ShutdownReport.Of(ReleaseFindings.For(releases, SerialChain.LongestNs(releases))));

    private static ReportHistograms Histograms(HistogramSet set) => new(
        Histogram(set.LockWait),
        Histogram(HistogramSnapshot.Merge(set.Reset.Values)),
        new SortedDictionary<string, ReportHistogram>(set.Reset.ToDictionary(r => Name(r.Key), r => Histogram(r.Value))),
        Histogram(set.Release),
        Histogram(set.Open),
        Histogram(set.Shutdown),
        new SortedDictionary<string, ReportHistogram>(set.Phase.ToDictionary(p => ShutdownReport.Snake(p.Key), p => Histogram(p.Value))));

    private static ReportHistogram Histogram(HistogramSnapshot h) => new(
        h.Count, h.SumNs, h.MaxNs, h.Quantile(0.5), h.Quantile(0.9), h.Quantile(0.99),
        [.. h.Buckets.Select(b => new ReportBucket(b.FromNs, b.BelowNs, b.Count))]);

    /// <summary>The reset method, as all outputs name it.</summary>
    public static string Name(ResetMethod method) => ShutdownReport.Snake(method);
}
