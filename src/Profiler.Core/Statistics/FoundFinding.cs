using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Statistics;

/// <summary>A finding as it is counted, and what it is about: one of the three.</summary>
/// <param name="Finding">The finding.</param>
/// <param name="Shutdown">The shutdown that it is about.</param>
/// <param name="Start">The start that it is about.</param>
/// <param name="Open">The open that it is about, which waited for releases that are over now.</param>
public readonly record struct FoundFinding(Finding Finding, Shutdown? Shutdown = null, Start? Start = null, Operation? Open = null);
