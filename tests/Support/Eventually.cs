using System.Diagnostics;

namespace Profiler.Tests.Support;

/// <summary>Asks again what another process will know soon.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The first answer that is the wanted one.</summary>
    /// <exception cref="TimeoutException">There is none within a minute.</exception>
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
            await Task.Delay(100);
        }
    }
}
