using Xunit.Abstractions;

namespace Profiler.Lab.Tests;

/// <summary>Begins with the classes that take longest: one of them begun last would have the processors to itself.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    // Those that were seen to take longest in all. Which of them is in front matters less than that none is at the end.
    private static readonly string[] Long =
    [
        nameof(StartTests), nameof(MatrixTests), nameof(SignalTests), nameof(FaultsTests), nameof(TracingOffTests), nameof(StagedStartTests),
        nameof(NoTracefsTests), nameof(LivesTests), nameof(TeardownTests), nameof(AccuracyTests), nameof(VmShutdownTests), nameof(ExperimentTests),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => Array.FindIndex(Long, name => collection.DisplayName.EndsWith('.' + name)) is var at and >= 0 ? at : Long.Length);
}
