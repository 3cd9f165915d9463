namespace Profiler.Report.Compare;

/// <summary>A value with the interval that contains the true one with <see cref="MannWhitney.Confidence"/>.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="AtLeast">Lower bound; null if there are too few values.</param>
/// <param name="AtMost">Upper bound; likewise.</param>
internal readonly record struct Estimate<T>(T Value, T? AtLeast, T? AtMost)
    where T : struct;
