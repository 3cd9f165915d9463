namespace Profiler.Core.Capture;

/// <summary>
/// The time of a recording that is being played: it runs at some speed or stands still, and can be put forward. It never
/// shows more than the next event that is not handed on yet, so that nothing is shown to last longer than it did.
/// Any thread may ask and change it; one waits.
/// </summary>
/// <param name="startNs">Where the recording begins, CLOCK_MONOTONIC of its host.</param>
/// <param name="speed">1 is as it happened.</param>
/// <param name="time">Whose time it is made of.</param>
public sealed class ReplayClock(long startNs, double speed, TimeProvider time)
{
    private static readonly TimeSpan LongestNap = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private double _speed = speed;
    private bool _paused;
    private long _nextNs = startNs;

    // At this moment of our own time it showed so much.
    private long _since = time.GetTimestamp();
    private long _thenNs = startNs;

    /// <summary>What it shows, nanoseconds.</summary>
    public long NowNs
    {
        get
        {
            lock (_gate)
                return Math.Min(RunNs(), _nextNs);
        }
    }

    /// <summary>How it goes.</summary>
    public Playback Playback
    {
        get
        {
            lock (_gate)
                return new Playback(_speed, _paused);
        }
    }

    /// <summary>Has it go on in another way.</summary>
    public void Set(Playback playback) => Change(() => (_speed, _paused) = (playback.Speed, playback.Paused));

    /// <summary>Puts it forward; not back. What lies between is handed on at once.</summary>
    public void Forward(long toNs) => Change(() => _thenNs = Math.Max(_thenNs, toNs));

    /// <summary>Waits for the moment of the next event.</summary>
    /// <returns>False if cancelled before.</returns>
    public bool WaitFor(long eventNs, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            TimeSpan ahead;
            Task changed;
            lock (_gate)
            {
                _nextNs = eventNs;
                long aheadNs = eventNs - RunNs();
                if (aheadNs <= 0)
                    return true;
                ahead = _paused ? Timeout.InfiniteTimeSpan
                    : aheadNs / _speed < LongestNap.TotalNanoseconds ? TimeSpan.FromMicroseconds(aheadNs / _speed / 1000) : LongestNap;
                changed = _changed.Task;
            }
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            Task.WhenAny(Task.Delay(ahead, time, enough.Token), changed).Wait(CancellationToken.None);
            enough.Cancel(); // or the timer of a nap that was cut short would stay
        }
        return false;
    }

    /// <summary>There are no more events: nothing happens after this.</summary>
    public void End(long endNs)
    {
        lock (_gate)
            _nextNs = endNs;
    }

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            // What it would show, were events handed on in no time, is not what it goes on from.
            _thenNs = Math.Min(RunNs(), Math.Max(_thenNs, _nextNs));
            _since = time.GetTimestamp();
            change();
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        changed.SetResult();
    }

    private long RunNs()
    {
        double run = _paused ? 0 : time.GetElapsedTime(_since).TotalNanoseconds * _speed;
        return run >= long.MaxValue - _thenNs ? long.MaxValue : _thenNs + (long)run;
    }
}
