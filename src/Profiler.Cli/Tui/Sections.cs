using Profiler.Cli.Live;
using Profiler.Cli.Report;
using Profiler.Core;
using Profiler.Core.Histograms;
using Profiler.Core.Shutdowns;
using Profiler.Core.Spans;
using Spectre.Console;
using static Profiler.Cli.Report.Figures;

namespace Profiler.Cli.Tui;

/// <summary>The sections of the frame: each one a question put to the state.</summary>
internal static class Sections
{
    private const int DurationWidth = 9; // "1.052 s", and air
    private const int TriggerWidth = 7;

    private static readonly Style Waiting = new(Color.Yellow);
    private static readonly Style Resetting = new(Color.Aqua);

    /// <summary>What is each release and open doing now, and for whom does it wait?</summary>
    public static Section Operations(ProfileState state) => new(
        [
            new("IN FLIGHT", 12), new("BY"), new("DOES", 7), new("STATE", 9), new("FOR", DurationWidth, Right: true),
            new("HELD UP BY"),
        ],
        [
            .. state.Snapshot.Operations.Select(o => new Cell[]
            {
                o.Device,
                Processes.Name(o.Task, state.VmNames),
                o.Kind == OperationKind.Release ? "release" : "open",
                o.State switch
                {
                    OperationState.WaitingForLock => new Cell("waiting", Waiting),
                    OperationState.Resetting => new Cell("resetting", Resetting),
                    _ => "working",
                },
                Since(o.StateSinceNs, state),
                Holder(o),
            }),
        ]);

    /// <summary>How far is each shutdown?</summary>
    public static Section ShutdownsUnderWay(ProfileState state) => new(
        [
            new("SHUTDOWN UNDER WAY"), new("TRIGGER", TriggerWidth), new("ELAPSED", DurationWidth, Right: true),
            new("DONE", 5, Right: true), new("IN FLIGHT", 9, Right: true),
        ],
        [
            .. ShutdownUnderWay.All(state.Snapshot).Select(s => new Cell[]
            {
                Processes.Name(s.Task, state.VmNames),
                s.Trigger?.Name() ?? "",
                s.InFlight > 0 ? Since(s.Time.StartNs, state) : Text(s.Time.DurationNs),
                $"{s.Done}",
                $"{s.InFlight}",
            }),
        ]);

    /// <summary>How long does each kind of thing take?</summary>
    public static Section TimesTaken(ProfileState state)
    {
        HistogramSet h = state.Snapshot.Histograms;
        return new Section(
            [
                new("TIME TAKEN"), new("COUNT", DurationWidth, Right: true), new("P50", DurationWidth, Right: true),
                new("P90", DurationWidth, Right: true), new("P99", DurationWidth, Right: true),
                new("MAX", DurationWidth, Right: true),
            ],
            [
                Distribution("shutdown", h.Shutdown),
                Distribution("release", h.Release),
                Distribution("lock wait", h.LockWait),
                .. h.Reset.Select(r => Distribution($"reset ({ReportBuilder.Name(r.Key)})", r.Value)),
                Distribution("open", h.Open),
            ]);
    }

    /// <summary>How did the last shutdowns go?</summary>
    public static Section ShutdownsOver(ProfileState state) => new(
        [
            new("SHUTDOWN OVER"), new("TRIGGER", TriggerWidth), new("TOOK", DurationWidth, Right: true),
            new("DEVICES", 7, Right: true), new("LOCK WAIT", DurationWidth, Right: true),
            new("RESET", DurationWidth, Right: true), new("AGO", DurationWidth, Right: true),
        ],
        [
            .. state.Snapshot.Recent.Select(s => new Cell[]
            {
                Processes.Name(s.Task, state.VmNames),
                s.Trigger.Name(),
                Text(s.Time.DurationNs),
                $"{s.Releases.Length}",
                Text(s.LockWaitNs),
                Text(s.ResetNs),
                Since(s.Time.EndNs, state),
            }),
        ]);

    private static string Holder(OperationInFlight o) => o.State != OperationState.WaitingForLock
        ? ""
        : o.HolderDevice ?? (o.Holder is { } holder ? $"{holder.Comm} ({holder.Tgid})" : "somebody unknown");

    private static Cell[] Distribution(string name, HistogramSnapshot h) => h.Count == 0
        ? [name, "0", "", "", "", ""]
        :
        [
            name, $"{h.Count}", Text(h.Quantile(0.5)), Text(h.Quantile(0.9)),
            Text(h.Quantile(0.99)), Text(h.MaxNs),
        ];

    private static string Since(long ns, ProfileState state) => Text(Math.Max(0, state.NowNs - ns));
}
