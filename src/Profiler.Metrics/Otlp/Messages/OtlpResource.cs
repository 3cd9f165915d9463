using OpenTelemetry.Resources;

namespace Profiler.Metrics.Otlp.Messages;

/// <summary>Who sends: the same for metrics, traces and logs.</summary>
internal static class OtlpResource
{
    public const string Name = "vfioscope";

    /// <summary>One exporter per host: the host name identifies it. The environment comes last and has priority.</summary>
    /// <param name="hostname">The host.</param>
    /// <param name="version">Version of this program.</param>
    public static ResourceBuilder Of(string hostname, string version) => ResourceBuilder.CreateEmpty()
        .AddService(Name, serviceVersion: version, autoGenerateServiceInstanceId: false, serviceInstanceId: hostname)
        .AddAttributes([new("host.name", hostname)])
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();
}
