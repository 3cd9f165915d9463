namespace Profiler.Core.Statistics;

/// <summary>A clock that is read once for all that one call does.</summary>
/// <param name="time">The clock.</param>
internal sealed class CallTime(TimeProvider time) : TimeProvider
{
    private long _timestamp = time.GetTimestamp();

    public override long TimestampFrequency => time.TimestampFrequency;

    /// <summary>A call begins.</summary>
    public void Read() => _timestamp = time.GetTimestamp();

    public override long GetTimestamp() => _timestamp;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();
}
