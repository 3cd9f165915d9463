namespace Profiler.Metrics.Web;

/// <summary>A bucket of tokens: a request takes one, and each interval brings one back.</summary>
/// <param name="time">Brings them.</param>
internal sealed class RateLimit(TimeProvider time)
{
    private readonly Lock _gate = new();
    private RateLimitConfig? _config;
    private double _tokens;
    private long _at;

    /// <summary>Whether one more request is to be answered.</summary>
    /// <param name="config">Null: each is. A changed one begins with a full bucket.</param>
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
