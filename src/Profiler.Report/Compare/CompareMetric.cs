using System.Collections.Immutable;
using Profiler.Core.Names;

namespace Profiler.Report.Compare;

/// <summary>What is compared as a whole; its parts are phases.</summary>
public enum CompareMetric
{
    /// <summary>Shutdowns of processes that had the same devices, from cause to end.</summary>
    Shutdown,

    /// <summary>The same of processes that closed their devices and live on.</summary>
    Close,

    /// <summary>Starts of processes that opened the same devices, from begin to end.</summary>
    Start,

    /// <summary>Releases of devices of one model: of each shutdown or close the mean.</summary>
    Release,

    /// <summary>Opens of devices of one model: of each process the mean.</summary>
    Open,
}

/// <summary>Names of <see cref="CompareMetric"/>.</summary>
public static class CompareMetrics
{
    public static readonly NameTable<CompareMetric> Table = new(
        (CompareMetric.Shutdown, "shutdown"),
        (CompareMetric.Close, "close"),
        (CompareMetric.Start, "start"),
        (CompareMetric.Release, "release"),
        (CompareMetric.Open, "open"));

    public static string Name(this CompareMetric metric) => Table[metric];

    /// <summary>The phases that may be parts, by name, in the order in which they are shown.</summary>
    public static ImmutableArray<string> PartsOf(CompareMetric metric) => metric == CompareMetric.Start ? OfStart : OfOthers;

    /// <summary>A part in words.</summary>
    public static string WordsOf(CompareMetric metric, string part) => metric == CompareMetric.Start
        ? StartPhaseNames.Table.Find(part)!.Value.Words()
        : PhaseNames.Table.Find(part)!.Value.Words();

    private static readonly ImmutableArray<string> OfStart = [.. StartPhaseNames.All.Select(p => p.Name)], OfOthers = [.. PhaseNames.All.Select(p => p.Name)];
}
