using System.Diagnostics;

namespace Profiler.Tests.Support;

/// <summary>
/// Waits for a condition that another process or thread will meet soon. The script counterpart is tests/lab/wait.sh.
/// </summary>
internal static class Eventually
{
    // Of a machine that may be busy: for what never happens.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Repeats the call until it returns an accepted value.</summary>
    /// <exception cref="TimeoutException">No accepted value within five minutes.</exception>
    public static async Task<T> Get<T>(Func<Task<T>> ask, Predicate<T> wanted)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            T answer = await ask();
            if (wanted(answer))
                return answer;
            if (waited.Elapsed > Patience)
                throw new TimeoutException($"not within {Patience.TotalSeconds} s; the last answer was: {answer}");
            await Task.Delay(Interval);
        }
    }

    /// <summary>Returns when the condition is met.</summary>
    /// <param name="otherwise">Error message on timeout.</param>
    /// <exception cref="TimeoutException">The condition is not met within five minutes.</exception>
    public static void IsTrue(Func<bool> condition, Func<string> otherwise)
    {
        for (var waited = Stopwatch.StartNew(); !condition(); Thread.Sleep(Interval))
        {
            if (waited.Elapsed > Patience)
                throw new TimeoutException($"not within {Patience.TotalSeconds} s: {otherwise()}");
        }
    }
}
