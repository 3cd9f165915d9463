// Three guests at a time on two processors: a guest that waits for a reset uses none, and no guest's clock sees how busy they are. Whoever
// takes longest begins first.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
[assembly: TestCollectionOrderer("Profiler.Lab.Tests.LongestFirst", "Profiler.Lab.Tests")]
