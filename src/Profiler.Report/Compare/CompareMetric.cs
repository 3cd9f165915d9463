using Profiler.Core.Names;

namespace Profiler.Report.Compare;

/// <summary>What is compared as a whole; its parts are phases.</summary>
public enum CompareMetric
{
    /// <summary>Shutdowns of processes that had the same devices, from cause to end.</summary>
    Shutdown,

    /// <summary>The same of processes that closed their devices and live on.</summary>
    Close,

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
        (CompareMetric.Release, "release"),
        (CompareMetric.Open, "open"));

    public static string Name(this CompareMetric metric) => Table[metric];
}
