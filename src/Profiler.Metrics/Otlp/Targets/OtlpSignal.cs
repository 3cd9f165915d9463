using Profiler.Core.Names;

namespace Profiler.Metrics.Otlp.Targets;

/// <summary>What can be pushed.</summary>
public enum OtlpSignal
{
    /// <summary>What a scrape has.</summary>
    Metrics,

    /// <summary>Each shutdown and each start.</summary>
    Traces,

    /// <summary>Each finding.</summary>
    Logs,
}

/// <summary>Names of signals, as in OpenTelemetry's options and paths.</summary>
public static class OtlpSignals
{
    public static readonly NameTable<OtlpSignal> Names = new(
        (OtlpSignal.Metrics, "metrics"),
        (OtlpSignal.Traces, "traces"),
        (OtlpSignal.Logs, "logs"));

    public static string Name(this OtlpSignal signal) => Names[signal];
}
