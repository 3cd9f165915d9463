namespace Profiler.Tests.Support;

/// <summary>What code leaves behind for the garbage collector.</summary>
public static class Allocations
{
    /// <summary>
    /// Bytes that this thread allocates in an action: the least of several times. The runtime's counter is too high by up to 8 KiB
    /// (what is left of the thread's allocation context) for each collection that another thread causes meanwhile.
    /// </summary>
    /// <param name="measured">Given the number of times that it has run, it runs again.</param>
    /// <param name="times">How often it runs.</param>
    public static long Least(Action<int> measured, int times = 10)
    {
        long least = long.MaxValue;
        for (int i = 0; i < times; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            measured(i);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
