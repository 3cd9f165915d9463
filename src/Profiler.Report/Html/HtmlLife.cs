using System.Collections.Immutable;
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
            .. WhatIfText.Sentences(s.WhatIf ?? []),
            .. ShutdownText.Sums(s).Select(sum => $"{sum.Name}: {sum.Value}" + (sum.Remark.Length == 0 ? "" : $", {sum.Remark}")),
        ],
        s.StartNs, s.WallNs,
        [
            .. PhaseNames.All
                .Select(p => new HtmlPhase(p.Name, p.Phase.Words(s.Comm), p.Phase == Phase.Unattributed ? s.UnattributedNs : s.Phases[p.Field]))
                .Where(p => p.Ns > 0),
        ],
        s.Devices, s.UnderWay, s.Findings);

    /// <summary>Of a start.</summary>
    public static HtmlLife Of(ReportStart s) => new(
        $"start-{s.Pid}-{s.StartNs}", StartText.Title(s),
        [
            .. StartText.Notes(s),
            .. ShutdownText.Models(s.Devices),
            .. WhatIfText.Sentences(s.WhatIf ?? []),
            .. StartText.Sums(s).Select(sum => $"{sum.Name}: {sum.Value}" + (sum.Remark.Length == 0 ? "" : $", {sum.Remark}")),
        ],
        s.StartNs, s.WallNs,
        [.. StartPhaseNames.All.Select(p => new HtmlPhase(p.Name, p.Words, s.Phases[p.Field])).Where(p => p.Ns > 0)],
        s.Devices, s.UnderWay, s.Findings);
}

/// <param name="Name">In the style sheet, see <see cref="PhaseNames"/>.</param>
/// <param name="Words">For people.</param>
internal sealed record HtmlPhase(string Name, string Words, long Ns);
