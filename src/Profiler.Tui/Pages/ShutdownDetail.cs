using System.Collections.Immutable;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Tui.Drawing;

namespace Profiler.Tui.Pages;

/// <summary>An ended shutdown: first the cause of its duration, then the time by phase and by device.</summary>
/// <param name="Shutdown">The shutdown.</param>
internal sealed record ShutdownDetail(Shutdown Shutdown) : Detail
{
    private (int Width, int Facts, IReadOnlyList<Section> Sections)? _kept;

    /// <summary>A title line between sections.</summary>
    public static Section Title(string text) => Section.Of(Line.Empty, Line.Of(text, Style.Strong));

    /// <summary>Cached: changes only with new device facts or a new width.</summary>
    public override IReadOnlyList<Section> Sections(Scene scene, int width)
    {
        int facts = scene.State.Devices.Count + scene.State.VmNames.Count;
        if (_kept is not { } kept || kept.Width != width || kept.Facts != facts)
            _kept = kept = (width, facts, [.. Build(scene.State, width)]);
        return kept.Sections;
    }

    private IEnumerable<Section> Build(ProfileState state, int width)
    {
        Shutdown s = Shutdown;
        yield return Section.Of([.. Head(state, width)]);
        yield return Section.Of([.. FindingLines(state, width)]);
        yield return Title("PHASES");
        yield return PhaseBars.Of(s.Phases);
        if (!s.Releases.IsEmpty)
        {
            yield return Section.Of(Line.Empty, Line.Of(
                $"release times {Figures.Text(s.Releases.Sum(r => r.Time.DurationNs))} in sum, " +
                $"{(s.PeakConcurrency == 1 ? "one at a time" : $"up to {s.PeakConcurrency} at a time")}; " +
                $"in parallel {Figures.Text(s.IfParallelNs)} (limited by {SerialChain.LimitOf(s.IfParallelNs, s.Releases.Max(r => r.Time.DurationNs - r.LockWaitNs))})"), Line.Empty);
            foreach (Section section in WaterfallRows.Sections("release", s.Time, state, s.Releases.Length, i => new FlightRow(s.Task, null, s.Releases[i], null)))
                yield return section;
        }
        yield return Section.Of([.. Left(state)]);
        ImmutableArray<Operation> waited = [.. s.Releases.Where(r => !r.LockWaits.IsEmpty)];
        if (waited.IsEmpty)
            yield break;
        yield return Title("WHO WAITED FOR WHOM");
        yield return Section.Of([.. waited.Select(o => Waits(state, o))]);
    }

    private IEnumerable<Line> Head(ProfileState state, int width)
    {
        Shutdown s = Shutdown;
        string released = s.Releases.IsEmpty ? "no device" : Figures.Count(s.Releases.Length, "device");
        foreach (Line line in Line.Wrap($"{state.Facts.NameOf(s.Task.Tgid, s.Task.Comm)}: {FlightHead.Why(s)}, {released} released in " +
            $"{(s.IsWhole ? "" : "at least ")}{Figures.Text(s.Time.DurationNs)}", width, Style.Strong))
            yield return line;
        if (s.BeganBefore)
            yield return Line.Of("began before the capture: what came before is missing", Style.Alarm);
        if (s.Unfinished)
            yield return Line.Of("not over when the capture ended: what came after is missing", Style.Alarm);
        foreach (SignalDelivered signal in s.EarlierSignals)
            yield return Line.Of($"{FlightHead.Sent(signal)} {Figures.Text(s.Time.StartNs - signal.TimeNs)} before: not the cause, the process went on", Style.Faint);
        foreach (SignalDelivered signal in s.Signals)
            yield return Line.Of($"{FlightHead.Sent(signal)} at {Figures.Text(signal.TimeNs - s.Time.StartNs)}", Style.Faint);
    }

    private IEnumerable<Line> FindingLines(ProfileState state, int width)
    {
        var evidence = Evidence.Of(state.Health.Probes, state.Health.Problems);
        foreach (Finding finding in ShutdownFindings.For(Shutdown, state.Facts, evidence))
        {
            yield return Line.Empty;
            string cost = finding.CostNs > 0 ? $"{Figures.Text(finding.CostNs)} " : "";
            foreach (Line line in Line.Wrap($"{cost}{finding.Id}: {finding.Text}", width, finding.Severity == Severity.Warning ? Style.Warning : Style.Plain, "", "  "))
                yield return line;
            if (finding.Remedy is null)
                continue;
            foreach (Line line in Line.Wrap(finding.Remedy, width, Style.Plain, "  -> ", "     "))
                yield return line;
        }
    }

    private IEnumerable<Line> Left(ProfileState state)
    {
        foreach (Operation o in Shutdown.Releases.Where(Shutdown.IsByOther))
        {
            string late = Shutdown.AfterDeathNs(o) is { } ns ? $", {Figures.Text(ns)} after the death of the process" : "";
            yield return Line.Of($"{o.Device}: closed last by {state.Facts.NameOf(o.Task.Tgid, o.Process)}{(o.ByKernelThread ? ", a thread of the kernel" : "")}{late}", Style.Plain);
        }
        foreach (OperationInFlight o in Shutdown.UnderWay)
            yield return Line.Of($"{o.Device}: {o.Kind.Words()} not over after {Figures.Text(Shutdown.Time.EndNs - o.StartNs)}", Style.Alarm);
        foreach (string device in Shutdown.Unreleased)
            yield return Line.Of($"{device}: not released", Style.Alarm);
    }

    private static Line Waits(ProfileState state, Operation o)
    {
        Holder[] holders = [.. o.LockWaits.SelectMany(w => w.Holders).Where(h => h.Task is not null)];
        Holder? most = holders.MaxBy(h => h.Ns);
        return new Line(
            new StyledText($"{o.Device,-13} ", Style.Plain),
            new StyledText($"waited {Figures.Text(o.LockWaitNs)}", Style.Waiting),
            new StyledText(most is null ? ", holder not seen" :
                $", {Figures.Text(most.Ns)} of it for {LocksPage.Holder(most, state)}" +
                (most.ResetNs > 0 ? $", which was in reset for {Figures.Text(most.ResetNs)}" : "") +
                (holders.Length > 1 ? $"; {holders.Length - 1} more" : ""), Style.Plain));
    }
}
