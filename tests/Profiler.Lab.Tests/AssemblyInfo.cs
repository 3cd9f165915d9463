// Two guests at a time: each uses one processor, and its clock does not see how busy that is, but while it sleeps. Whoever takes longest begins
// first.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
[assembly: TestCollectionOrderer("Profiler.Lab.Tests.LongestFirst", "Profiler.Lab.Tests")]
