namespace Profiler.Metrics.Retries;

/// <summary>Pauses between tries: 1 s, then twice as long each time, 30 s at most. Not thread safe.</summary>
internal sealed class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromSeconds(30);

    private TimeSpan _next = First;

    /// <summary>The pause before the next try.</summary>
    public TimeSpan Next()
    {
        TimeSpan pause = _next;
        _next = pause * 2 < Longest ? pause * 2 : Longest;
        return pause;
    }

    /// <summary>It worked: the next pause is the shortest one.</summary>
    public void Reset() => _next = First;
}
