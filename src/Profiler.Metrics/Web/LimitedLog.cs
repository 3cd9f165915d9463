namespace Profiler.Metrics.Web;

/// <summary>Log lines that clients cause: five at once, then one a minute. The next line says how many were left out.</summary>
/// <param name="time">Clock of the limit.</param>
/// <param name="warn">Writes a line.</param>
internal sealed class LimitedLog(TimeProvider time, Action<string> warn)
{
    private static readonly RateLimitConfig Limit = new(TimeSpan.FromMinutes(1), 5);

    private readonly RateLimit _rate = new(time);
    private int _left;

    public void Warn(string message)
    {
        if (!_rate.Allows(Limit))
        {
            Interlocked.Increment(ref _left);
            return;
        }
        int left = Interlocked.Exchange(ref _left, 0);
        warn(left == 0 ? message : $"{message}; before it {left} more, not logged");
    }
}
