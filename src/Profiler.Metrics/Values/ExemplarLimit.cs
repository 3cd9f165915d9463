namespace Profiler.Metrics.Values;

/// <summary>How long the labels of an exemplar may be: OpenMetrics 1.0, section Exemplars.</summary>
internal static class ExemplarLimit
{
    /// <summary>Maximum length of all names and values of an exemplar's labels together, in characters.</summary>
    public const int MaxLabels = 128;

    /// <summary>What a label takes of <see cref="MaxLabels"/>.</summary>
    public static int Length(string name, string value) => name.Length + value.Length;
}
