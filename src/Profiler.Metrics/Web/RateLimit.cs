namespace Profiler.Metrics.Web;

/// <summary>A token bucket: each request takes one token, and each interval adds one.</summary>
/// <param name="time">Clock of the interval.</param>
internal sealed class RateLimit(TimeProvider time)
{
    private readonly Lock _gate = new();
    private RateLimitConfig? _config;
    private double _tokens;
    private long _at;

    /// <summary>Whether one more request is allowed.</summary>
    /// <param name="config">Null: no limit. After a change the bucket is full.</param>
    public bool Allows(RateLimitConfig? config)
    {
        if (config is null)
            return true;
        lock (_gate)
        {
            long now = time.GetTimestamp();
            _tokens = config == _config
                ? Math.Min(config.Burst, _tokens + time.GetElapsedTime(_at, now) / config.Interval)
                : config.Burst;
            (_config, _at) = (config, now);
            if (_tokens < 1)
                return false;
            _tokens--;
            return true;
        }
    }
}
