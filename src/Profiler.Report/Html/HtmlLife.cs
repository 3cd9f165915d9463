using System.Collections.Immutable;
using Profiler.Core;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Names;

namespace Profiler.Report.Html;

/// <summary>A life as a section of the page.</summary>
/// <param name="Id">The section's anchor.</param>
/// <param name="Title">"web-1 (pid 4711): SIGTERM, 16 devices released in 18.315 s".</param>
/// <param name="Notes">What else there is to say of it, a sentence each.</param>
/// <param name="StartNs">CLOCK_MONOTONIC.</param>
/// <param name="Phases">Where the wall time went, without zeros.</param>
internal sealed record HtmlLife(
    string Id,
    string Title,
    ImmutableArray<string> Notes,
    long StartNs,
    long WallNs,
    ImmutableArray<HtmlPhase> Phases,
    ImmutableArray<ReportDevice> Operations,
    ImmutableArray<ReportUnderWay> UnderWay,
    ImmutableArray<ReportFinding> Findings)
{
    /// <summary>Of a shutdown.</summary>
    public static HtmlLife Of(ReportShutdown s) => new(
        $"shutdown-{s.Pid}-{s.StartNs}", ShutdownText.Title(s),
        [
            .. ShutdownText.Notes(s),
            .. s.Unreleased.Select(ShutdownText.Words),
            .. ShutdownText.Models(s.Devices),
            .. s.Devices.IsEmpty ? [] : ShutdownText.Sums(s).Select(sum => $"{sum.Name}: {sum.Value}" + (sum.Remark.Length == 0 ? "" : $", {sum.Remark}")),
        ],
        s.StartNs, s.WallNs,
        [
            .. PhaseNames.All
                .Select(p => new HtmlPhase(p.Name, p.Phase.Words(s.Comm), p.Phase == Phase.Unattributed ? s.UnattributedNs : s.Phases[p.Field]))
                .Where(p => p.Ns > 0),
        ],
        s.Devices, s.UnderWay, s.Findings);

    /// <summary>The opens of one process: they have a time axis, but no phases.</summary>
    public static HtmlLife OfOpens(ImmutableArray<ReportDevice> opens)
    {
        ReportDevice first = opens[0];
        long startNs = opens.Min(o => o.StartNs), wallNs = opens.Max(o => o.StartNs + o.DurationNs) - startNs;
        return new(
            $"opens-{first.Pid}", $"{ProcessNames.Of(first.Pid, first.Comm, first.Vm)}: {Figures.Count(opens.Length, "open")} in {Figures.Text(wallNs)}", [.. ShutdownText.Models(opens)],
            startNs, wallNs, [], opens, [], []);
    }
}

/// <param name="Name">In the style sheet, see <see cref="PhaseNames"/>.</param>
/// <param name="Words">For people.</param>
internal sealed record HtmlPhase(string Name, string Words, long Ns);
