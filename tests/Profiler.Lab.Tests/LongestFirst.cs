using Xunit.Abstractions;

namespace Profiler.Lab.Tests;

/// <summary>Begins with the classes that take longest: one of them begun last would have the processors to itself.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    // The longest first; all others are shorter than these.
    private static readonly string[] Long =
        [nameof(MatrixTests), nameof(AccuracyTests), nameof(VmShutdownTests), nameof(StartTests), nameof(LivesTests), nameof(ExperimentTests)];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => Array.FindIndex(Long, name => collection.DisplayName.EndsWith('.' + name)) is var at and >= 0 ? at : Long.Length);
}
