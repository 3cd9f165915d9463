using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Spans;

namespace Profiler.Core.Lives;

/// <summary>What can be seen of the end of a process.</summary>
/// <param name="Signals">Signals, and with them why a process exits and when it is dead.</param>
/// <param name="Reaping">When its parent reaps it.</param>
public readonly record struct EndsWatched(bool Signals, bool Reaping)
{
    /// <summary>Everything.</summary>
    public static readonly EndsWatched All = new(true, true);
}

/// <summary>
/// Combines what processes do with their devices into shutdowns. A shutdown is over when its process is reaped, or when a process
/// that lives on has not closed anything for some time or opens a device again. Time is that of the events. Single-threaded.
/// </summary>
/// <param name="watched">What can be seen of the end of a process.</param>
/// <param name="attachedNs">When all probes were attached, CLOCK_MONOTONIC.</param>
public sealed class ShutdownTracker(EndsWatched watched, long attachedNs = 0)
{
    /// <summary>A dying process without any event for this time is concluded as it is.</summary>
    public static readonly TimeSpan QuietTimeout = TimeSpan.FromSeconds(60);

    private const int MaxIdleProcesses = 4096;

    /// <summary>More processes with devices than a host can have: with more, their ends were lost.</summary>
    internal const int MaxProcesses = 16384;

    private readonly Dictionary<int, ProcessLife> _lives = [];
    private readonly Queue<int> _order = new();
    private readonly DeviceUsers _users = new();

    /// <summary>The number of processes that are kept.</summary>
    internal int Kept => _lives.Count;

    /// <summary>
    /// Shutdowns in progress, the oldest first: of processes that release devices or exit with them, and of processes with devices that
    /// were asked to end.
    /// </summary>
    /// <param name="spans">What is in progress.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public ImmutableArray<ShutdownInFlight> InFlight(SpanAssembler spans, long nowNs)
    {
        Func<int, UnderWay> underWay = UnderWay.ByProcess(spans);
        return
        [
            .. _lives
                .Where(l => l.Value.IsEnding || l.Value.IsAskedToEnd(nowNs))
                .Select(l => l.Key)
                .Union(spans.InFlight().Where(o => o.Kind == OperationKind.Release).Select(o => o.Task.Tgid))
                .Select(tgid => (_lives.GetValueOrDefault(tgid) ?? NewLife(tgid)).InFlight(underWay(tgid), nowNs))
                .OrderBy(s => s.SoFar.Time.StartNs),
        ];
    }

    /// <summary>A process that had devices when the capture began.</summary>
    public void AddAtStart(ProcessAtStart process) => Life(process.Tgid).AddAtStart(process);

    /// <summary>Takes an activity; returns the shutdowns that are over with it.</summary>
    /// <param name="activity">What has ended.</param>
    /// <param name="isBusy">Whether a process has something else in progress.</param>
    public IReadOnlyList<Shutdown> Follow(Activity activity, Func<int, bool> isBusy)
    {
        switch (activity)
        {
            case Operation { Kind: OperationKind.Release } release:
                return Release(release, isBusy);
            case Operation { Kind: OperationKind.Open } open:
                return Open(open, isBusy);
            case SignalDelivered signal:
                return Signal(signal, isBusy);
            case TeardownPart part:
                Life(part.Task.Tgid).Add(part);
                return [];
            case StandaloneReset standalone:
                // Not of processes without devices, such as one that writes into sysfs.
                _lives.GetValueOrDefault(standalone.Task.Tgid)?.Add(standalone.Reset);
                return [];
            case ProcessAdvanced step:
                return Advance(step, isBusy);
            default:
                return [];
        }
    }

    /// <summary>Concludes shutdowns that have been idle for long.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    /// <param name="isBusy">Whether a process has something in progress: then it is not idle.</param>
    public IReadOnlyList<Shutdown> Expire(long nowNs, Func<int, bool> isBusy)
    {
        long before = nowNs - (long)QuietTimeout.TotalNanoseconds;
        var done = new List<Shutdown>();
        foreach ((int tgid, ProcessLife life) in _lives.Where(l => l.Value.IsEnding && !isBusy(l.Key)).ToList())
            done.AddRange(life.IsExiting && life.LatestNs < before ? Finish(tgid, UnderWay.None, nowNs) : life.Settle(nowNs));
        return done;
    }

    /// <summary>The capture ends: concludes all shutdowns in progress as they are.</summary>
    /// <param name="spans">What is in progress.</param>
    /// <param name="nowNs">The end of the capture, CLOCK_MONOTONIC.</param>
    public IReadOnlyList<Shutdown> Flush(SpanAssembler spans, long nowNs)
    {
        Func<int, UnderWay> underWay = UnderWay.ByProcess(spans);
        foreach (OperationInFlight release in spans.InFlight().Where(o => o.Kind == OperationKind.Release))
            Life(release.Task.Tgid);
        return
        [
            .. _lives.ToList().SelectMany(l => Settle(l.Value, !underWay(l.Key).IsNone, nowNs).Concat(Finish(l.Key, underWay(l.Key), nowNs))),
        ];
    }

    // A replay has no ticking clock: the event after a pause shows the pause.
    private static IReadOnlyList<Shutdown> Settle(ProcessLife life, bool isBusy, long nowNs) => isBusy ? [] : life.Settle(nowNs);

    private IReadOnlyList<Shutdown> Signal(SignalDelivered signal, Func<int, bool> isBusy)
    {
        ProcessLife life = Life(signal.Target.Tgid);
        IReadOnlyList<Shutdown> done = Settle(life, isBusy(signal.Target.Tgid), signal.TimeNs);
        life.Add(signal);
        return done;
    }

    private IReadOnlyList<Shutdown> Advance(ProcessAdvanced step, Func<int, bool> isBusy)
    {
        int tgid = step.Process.Tgid;
        ProcessLife life = Life(tgid);
        IReadOnlyList<Shutdown> done = Settle(life, isBusy(tgid), step.TimeNs);
        life.Add(step);
        return life.IsOver ? [.. done, .. Finish(tgid, UnderWay.None, step.TimeNs)] : done;
    }

    private IReadOnlyList<Shutdown> Release(Operation release, Func<int, bool> isBusy)
    {
        ProcessLife life = Life(release.Task.Tgid);
        IReadOnlyList<Shutdown> done = Settle(life, isBusy(release.Task.Tgid), release.Time.StartNs);
        _users.Release(release.Device);
        life.AddRelease(release);
        return done;
    }

    // An open that began during releases does not end the shutdown; nor does one by an exiting process.
    private IReadOnlyList<Shutdown> Open(Operation open, Func<int, bool> isBusy)
    {
        ProcessLife life = Life(open.Task.Tgid);
        bool opensAgain = open.Time.StartNs >= life.LatestNs && !isBusy(open.Task.Tgid);
        IReadOnlyList<Shutdown> done = opensAgain ? life.Settle(open.Time.StartNs, opensAgain: true) : [];
        life.AddOpen(open);
        return done;
    }

    private IReadOnlyList<Shutdown> Finish(int tgid, UnderWay underWay, long nowNs)
    {
        if (!_lives.Remove(tgid, out ProcessLife? life))
            return [];
        IReadOnlyList<Shutdown> done = life.Conclude(underWay, nowNs);
        life.Forget();
        return done;
    }

    private void Evict(int tgid)
    {
        if (_lives.Remove(tgid, out ProcessLife? life))
            life.Forget();
    }

    private ProcessLife NewLife(int tgid) => new(tgid, watched, attachedNs, _users);

    private ProcessLife Life(int tgid)
    {
        if (_lives.TryGetValue(tgid, out ProcessLife? life))
            return life;
        // Most signals are for processes that never had a device: evict the oldest of them. A few looks each time are enough and cost
        // the same with any number of processes.
        for (int looks = 8; looks > 0 && _order.Count >= MaxIdleProcesses; looks--)
        {
            int oldest = _order.Dequeue();
            if (_lives.TryGetValue(oldest, out ProcessLife? old) && (old.IsEnding || old.HasDevices))
                _order.Enqueue(oldest);
            else
                Evict(oldest);
        }
        if (_order.Count >= MaxProcesses)
            Evict(_order.Dequeue());
        _order.Enqueue(tgid);
        return _lives[tgid] = NewLife(tgid);
    }
}
