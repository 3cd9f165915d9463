using System.Collections.Immutable;
using System.Text.Json;
using Profiler.Core;
using Profiler.Core.Findings;
using Profiler.Core.Histograms;
using Profiler.Core.Recording;
using Profiler.Core.Shutdowns;
using Profiler.Core.Spans;

namespace Profiler.Cli.Report;

/// <summary>A recording to a report: a pure function.</summary>
internal static class ReportBuilder
{
    public static ReportDocument Build(RecordedCapture recorded, ReportFilter filter)
    {
        string? Vm(int pid) => recorded.VmNames.GetValueOrDefault(pid);
        ImmutableArray<Operation> operations =
        [
            .. recorded.Operations
                .Where(o => filter.WantsProcess(o.Task.Tgid, Vm(o.Task.Tgid)) && filter.WantsDevice(o.Device))
                .OrderBy(o => o.Time.StartNs),
        ];
        return new ReportDocument(
            ReportDocument.SchemaId,
            new ReportHost(recorded.Info.Kernel, recorded.Info.Hostname),
            Capture(recorded),
            Releases([.. operations.Where(o => o.Kind == OperationKind.Release)]),
            [
                .. recorded.Shutdowns
                    .Where(s => filter.Wants(s, Vm(s.Task.Tgid)))
                    .OrderBy(s => s.Time.StartNs)
                    .Select(s => Shutdown(s, Vm(s.Task.Tgid))),
            ],
            [.. operations.Where(o => o.Kind == OperationKind.Open).Select(Device)],
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
            Findings(releases));

    private static ImmutableArray<ReportFinding> Findings(IReadOnlyList<Operation> releases) =>
    [
        .. ReleaseFindings.For(releases, SerialChain.LongestNs(releases)).Select(f => new ReportFinding(f.Id, Snake(f.Severity), f.Text)),
    ];

    private static ReportShutdown Shutdown(Shutdown s, string? vm)
    {
        ShutdownPhases phases = s.Phases;
        return new ReportShutdown(
            s.Task.Tgid,
            s.Task.Comm,
            vm,
            s.Trigger.Name(),
            [
                .. s.Signals.Select(signal => new ReportSignal(
                    SignalNames.Of(signal.Number), signal.TimeNs, signal.Sender.Tgid, signal.Sender.Comm)),
            ],
            s.Time.StartNs,
            s.Time.DurationNs,
            s.Gone,
            s.LockWaitNs,
            s.ResetNs,
            s.PeakConcurrency,
            phases[Phase.Unattributed],
            s.IfParallelNs,
            new SortedDictionary<string, long>(
                Enum.GetValues<Phase>().Where(p => p != Phase.Unattributed).ToDictionary(p => Snake(p) + "_ns", p => phases[p])),
            [.. s.Releases.Select(Device)],
            Findings(s.Releases));
    }

    private static ReportDevice Device(Operation o) => new(
        o.Device,
        o.Task.Tgid,
        o.Task.Tid,
        o.Time.StartNs,
        o.Time.DurationNs,
        o.LockWaitNs,
        o.ResetNs,
        o.Resets.IsEmpty ? null : Name(o.Resets.MaxBy(r => r.Time.DurationNs)!.Method),
        [
            .. o.Resets.Select(r => new ReportReset(
                Name(r.Method), r.Time.StartNs, r.Time.DurationNs, r.Result,
                [
                    .. r.Parts.Select(p => new ReportResetPart(
                        Snake(p.Step), p.Device, p.Time.StartNs, p.Time.DurationNs)),
                ])),
        ],
        o.Lock == 0 ? null : Address(o.Lock),
        [
            .. o.LockWaits.SelectMany(w => w.Holders.Select(h => new ReportHolder(
                Address(w.Lock), Snake(w.Kind), h.Task?.Tid, h.Task?.Tgid, h.Task?.Comm, h.Device, h.Ns))),
        ]);

    private static ReportHistograms Histograms(HistogramSet set) => new(
        Histogram(set.LockWait),
        Histogram(HistogramSnapshot.Merge(set.Reset.Values)),
        new SortedDictionary<string, ReportHistogram>(set.Reset.ToDictionary(r => Name(r.Key), r => Histogram(r.Value))),
        Histogram(set.Release),
        Histogram(set.Open),
        Histogram(set.Shutdown));

    private static ReportHistogram Histogram(HistogramSnapshot h) => new(
        h.Count, h.SumNs, h.MaxNs, h.Quantile(0.5), h.Quantile(0.9), h.Quantile(0.99),
        [.. h.Buckets.Select(b => new ReportBucket(b.FromNs, b.BelowNs, b.Count))]);

    /// <summary>The reset method, as all outputs name it.</summary>
    public static string Name(ResetMethod method) => Snake(method);

    private static string Address(ulong address) => $"0x{address:x16}";

    private static string Snake<T>(T value) where T : struct, Enum =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
