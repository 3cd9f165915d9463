namespace Profiler.Core.Capture;

/// <summary>
/// The playback time of a recording. It runs at a given speed, can be paused and can be set forward. It never
/// passes the next undelivered event, so that no duration appears longer than it was.
/// Any thread may read and change it; only one thread waits.
/// </summary>
/// <param name="startNs">Start of the recording, CLOCK_MONOTONIC of its host, nanoseconds.</param>
/// <param name="speed">1 is the original speed.</param>
/// <param name="time">The clock that drives it.</param>
public sealed class ReplayClock(long startNs, double speed, TimeProvider time)
{
    private static readonly TimeSpan LongestNap = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private double _speed = speed;
    private bool _paused;
    private long _nextNs = startNs;

    // Real time and playback time at the last change.
    private long _since = time.GetTimestamp();
    private long _thenNs = startNs;

    /// <summary>The playback time, nanoseconds.</summary>
    public long NowNs
    {
        get
        {
            lock (_gate)
                return Math.Min(RunNs(), _nextNs);
        }
    }

    /// <summary>Speed and pause.</summary>
    public Playback Playback
    {
        get
        {
            lock (_gate)
                return new Playback(_speed, _paused);
        }
    }

    /// <summary>Changes speed and pause.</summary>
    public void Set(Playback playback) => Change(() => (_speed, _paused) = (playback.Speed, playback.Paused));

    /// <summary>Sets the time forward, never back. The events in between are delivered immediately.</summary>
    public void Forward(long toNs) => Change(() => _thenNs = Math.Max(_thenNs, toNs));

    /// <summary>Waits for the time of the next event.</summary>
    /// <returns>False if cancelled.</returns>
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
            enough.Cancel(); // or the timer of an interrupted wait would stay
        }
        return false;
    }

    /// <summary>Marks the end of the events: nothing happens after this time.</summary>
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
            // Continue from the displayed time, which is limited by the next undelivered event.
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
