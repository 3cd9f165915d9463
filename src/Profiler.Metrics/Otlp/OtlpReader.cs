using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Profiler.Metrics.Otlp;

/// <summary>The SDK's reader that pushes every so often, and those who want to know before and after.</summary>
/// <param name="exporter">Where to.</param>
/// <param name="interval">How often.</param>
/// <param name="before">Makes ready what is to be pushed.</param>
/// <param name="after">Hears whether it was taken.</param>
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
            // Whatever is thrown here, the SDK tells nobody.
            after(taken);
        }
    }
}
