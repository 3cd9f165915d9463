using System.Collections.Immutable;
using Profiler.Core.Capture;
using Profiler.Core.Lives;
using Profiler.Core.Problems;
using Profiler.Core.WhatIf;

namespace Profiler.Report;

/// <summary>The answers to --what-if in the form of the report.</summary>
/// <param name="recorded">All of the recording.</param>
/// <param name="problems">Of the capture.</param>
/// <param name="rules">That were asked for.</param>
internal sealed class WhatIfReport(RecordedCapture recorded, ImmutableArray<Problem> problems, ImmutableArray<WhatIfRule> rules)
{
    private readonly WhatIfAnalysis _analysis = new(
        recorded.Operations, recorded.Resets.Select(r => r.Reset), recorded.Starts, recorded.Devices, problems, recorded.Info.Cpus);

    /// <summary>The rules, with what they assume.</summary>
    public ReportWhatIfRules Rules => new(
        WhatIfRules.Assumptions,
        [.. rules.Distinct().Order().Select(r => r.Info()).Select(r => new ReportWhatIfRule(r.Name, r.Changes, r.Assumes))]);

    public ImmutableArray<ReportWhatIf> Of(Shutdown shutdown) => Of(_analysis.Of(shutdown, rules));

    public ImmutableArray<ReportWhatIf> Of(Start start) => Of(_analysis.Of(start, rules));

    private static ImmutableArray<ReportWhatIf> Of(ImmutableArray<WhatIfAnswer> answers) =>
    [
        .. answers.Select(a => new ReportWhatIf([.. a.Rules.Select(r => r.Info().Name)], a.WouldTakeNs, a.SavedNs, a.Unknown, a.Notes)),
    ];
}
