using Profiler.Core.Spans;
using Profiler.Core.Statistics;

namespace Profiler.Core.Tests.Statistics;

/// <summary>The last 1,024 releases, by their threads.</summary>
public sealed class RecentReleasesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(700)]
    [InlineData(5000)]
    public void Those_of_a_thread_are_found_the_last_first_and_the_oldest_are_evicted(int threads)
    {
        var random = new Random(threads);
        var recent = new RecentReleases();
        var all = new List<Operation>();
        for (int i = 0; i < 4000; i++)
        {
            Operation release = Release(random.Next(1, threads + 1), i);
            all.Add(release);
            recent.Add(release);
            int asked = random.Next(1, threads + 1);
            Assert.Equal(all.TakeLast(1024).Where(r => r.Task.Tid == asked).Reverse(), recent.Of(asked));
        }
    }

    private static Operation Release(int tid, int at) => new(
        OperationKind.Release, new TaskId(tid, tid, "qemu"), "qemu", 0, "0000:01:00.0", true, 0, false, new Interval(at, at + 1), [], [], null);
}
