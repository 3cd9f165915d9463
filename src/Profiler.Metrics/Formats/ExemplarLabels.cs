using Profiler.Core.Statistics;

namespace Profiler.Metrics.Formats;

/// <summary>How an exemplar says where it came from.</summary>
internal static class ExemplarLabels
{
    /// <summary>Names and values together are well below the 128 characters that OpenMetrics allows.</summary>
    public static IEnumerable<Label> Of(Exemplar exemplar)
    {
        if (exemplar.Shutdown is { } shutdown)
            yield return new Label("shutdown", shutdown);
        if (exemplar.Device is { } device)
            yield return new Label("device", device);
    }
}
