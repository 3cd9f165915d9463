using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Profiler.Metrics.Otlp;

/// <summary>The SDK's periodic reader, with callbacks before and after each push.</summary>
/// <param name="exporter">Destination.</param>
/// <param name="interval">Time between two pushes.</param>
/// <param name="before">Prepares the data of the push.</param>
/// <param name="after">Called with true if the push succeeded.</param>
internal sealed class OtlpReader(BaseExporter<Metric> exporter, TimeSpan interval, Action before, Action<bool> after)
    : PeriodicExportingMetricReader(exporter, (int)Math.Clamp(interval.TotalMilliseconds, 1, int.MaxValue))
{
    protected override bool OnCollect(int timeoutMilliseconds)
    {
        bool taken = false;
        try
        {
            before();
            return taken = base.OnCollect(timeoutMilliseconds);
        }
        finally
        {
            // The SDK drops exceptions thrown here.
            after(taken);
        }
    }
}
