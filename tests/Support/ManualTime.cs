namespace Profiler.Tests.Support;

/// <summary>A clock that advances only when the test moves it. Its timers fire on the thread of the test.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<Timer> _timers = [];
    private readonly Lock _gate = new();
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (_gate)
            _timers.Add(timer);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        _ticks += by.Ticks;
        Timer[] timers;
        lock (_gate)
            timers = [.. _timers];
        foreach (Timer timer in timers)
            timer.Fire();
    }

    private sealed class Timer(ManualTime time, Action callback) : ITimer
    {
        private long? _dueTicks;
        private TimeSpan _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _dueTicks = dueTime < TimeSpan.Zero ? null : time._ticks + dueTime.Ticks;
            _period = period;
            return true;
        }

        public void Fire()
        {
            while (_dueTicks <= time._ticks)
            {
                _dueTicks = _period > TimeSpan.Zero ? _dueTicks + _period.Ticks : null;
                callback();
            }
        }

        public void Dispose() => _dueTicks = null;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
