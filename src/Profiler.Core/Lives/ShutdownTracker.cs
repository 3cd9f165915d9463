using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Spans;

namespace Profiler.Core.Lives;

/// <summary>What of the end of a process is watched; what is not stays unknown.</summary>
/// <param name="Signals">Signals, and so why a process exits and when it is dead.</param>
/// <param name="Reaping">When its parent takes notice.</param>
public readonly record struct EndsWatched(bool Signals, bool Reaping)
{
    /// <summary>Everything.</summary>
    public static readonly EndsWatched All = new(true, true);
}

/// <summary>
/// Gathers what processes do with their devices into shutdowns. One is over when nothing is left of its process, when a
/// process that lives on has closed nothing more for a while, or opens a device again; time is that of the events.
/// Single-threaded.
/// </summary>
/// <param name="watched">What can be seen at all.</param>
/// <param name="attachedNs">When all probes were in place, CLOCK_MONOTONIC.</param>
public sealed class ShutdownTracker(EndsWatched watched, long attachedNs = 0)
{
    /// <summary>How long nothing may be heard of a process that is dying before it is told as it stands.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(60);

    private const int RememberedProcesses = 4096;

    /// <summary>No host has as many processes with devices: if it seems so, their ends were lost.</summary>
    internal const int MostProcesses = 16384;

    private readonly Dictionary<int, ProcessLife> _lives = [];
    private readonly Queue<int> _order = new();

    /// <summary>How many processes are remembered.</summary>
    internal int Remembered => _lives.Count;

    /// <summary>
    /// Shutdowns under way, as far as they have come, the one that began first at the top: of processes that are letting
    /// go, and of those that have devices and were told to.
    /// </summary>
    /// <param name="spans">What is under way.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public ImmutableArray<ShutdownInFlight> InFlight(SpanAssembler spans, long nowNs)
    {
        Func<int, UnderWay> underWay = UnderWay.ByProcess(spans);
        return
        [
            .. _lives
                .Where(l => l.Value.IsEnding || l.Value.IsToldToGo(nowNs))
                .Select(l => l.Key)
                .Union(spans.InFlight().Where(o => o.Kind == OperationKind.Release).Select(o => o.Task.Tgid))
                .Select(tgid => (_lives.GetValueOrDefault(tgid) ?? NewLife(tgid)).InFlight(underWay(tgid), nowNs))
                .OrderBy(s => s.SoFar.Time.StartNs),
        ];
    }

    /// <summary>A process had to do with devices before anybody watched.</summary>
    public void Present(ProcessAtStart process) => Life(process.Tgid).Present(process);

    /// <summary>Takes an activity; returns the shutdowns that are over by it.</summary>
    /// <param name="activity">What is over.</param>
    /// <param name="isBusy">Whether a process has something else under way.</param>
    public IEnumerable<Shutdown> Follow(Activity activity, Func<int, bool> isBusy)
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
                Life(part.Task.Tgid).Had(part);
                return [];
            case StandaloneReset standalone:
                // Of processes without devices, as of one that writes into sysfs, nothing is to be told.
                _lives.GetValueOrDefault(standalone.Task.Tgid)?.Had(standalone.Reset);
                return [];
            case ProcessAdvanced step:
                return Advance(step, isBusy);
            default:
                return [];
        }
    }

    /// <summary>Concludes what has been quiet for long.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    /// <param name="isBusy">Whether a process has something under way: not quiet, however long it takes.</param>
    public IEnumerable<Shutdown> Expire(long nowNs, Func<int, bool> isBusy)
    {
        long before = nowNs - (long)Quiet.TotalNanoseconds;
        var done = new List<Shutdown>();
        foreach ((int tgid, ProcessLife life) in _lives.Where(l => l.Value.IsEnding && !isBusy(l.Key)).ToList())
            done.AddRange(life.IsExiting && life.LatestNs < before ? Finish(tgid, UnderWay.None, nowNs) : life.Settle(nowNs));
        return done;
    }

    /// <summary>The capture ends: whatever is under way is concluded as it stands.</summary>
    /// <param name="spans">What is under way.</param>
    /// <param name="nowNs">When that was, CLOCK_MONOTONIC.</param>
    public IEnumerable<Shutdown> Flush(SpanAssembler spans, long nowNs)
    {
        Func<int, UnderWay> underWay = UnderWay.ByProcess(spans);
        foreach (OperationInFlight release in spans.InFlight().Where(o => o.Kind == OperationKind.Release))
            Life(release.Task.Tgid);
        return
        [
            .. _lives.ToList().SelectMany(l => Settle(l.Value, !underWay(l.Key).IsNone, nowNs).Concat(Finish(l.Key, underWay(l.Key), nowNs))),
        ];
    }

    // A recording has no clock that ticks: a pause shows by what comes after it.
    private static IReadOnlyList<Shutdown> Settle(ProcessLife life, bool isBusy, long nowNs) => isBusy ? [] : life.Settle(nowNs);

    private IReadOnlyList<Shutdown> Signal(SignalDelivered signal, Func<int, bool> isBusy)
    {
        ProcessLife life = Life(signal.Target.Tgid);
        IReadOnlyList<Shutdown> done = Settle(life, isBusy(signal.Target.Tgid), signal.TimeNs);
        life.Signalled(signal);
        return done;
    }

    private IEnumerable<Shutdown> Advance(ProcessAdvanced step, Func<int, bool> isBusy)
    {
        int tgid = step.Process.Tgid;
        ProcessLife life = Life(tgid);
        IReadOnlyList<Shutdown> done = Settle(life, isBusy(tgid), step.TimeNs);
        life.Advanced(step);
        return life.IsOver ? done.Concat(Finish(tgid, UnderWay.None, step.TimeNs)) : done;
    }

    private IEnumerable<Shutdown> Release(Operation release, Func<int, bool> isBusy)
    {
        ProcessLife life = Life(release.Task.Tgid);
        IReadOnlyList<Shutdown> done = Settle(life, isBusy(release.Task.Tgid), release.Time.StartNs);
        foreach (ProcessLife other in _lives.Values)
            other.Lost(release.Device);
        life.Released(release);
        return done;
    }

    // One that began while others were released is no new beginning; nor has an exiting process any.
    private IEnumerable<Shutdown> Open(Operation open, Func<int, bool> isBusy)
    {
        ProcessLife life = Life(open.Task.Tgid);
        bool opensAgain = open.Time.StartNs >= life.LatestNs && !isBusy(open.Task.Tgid);
        IReadOnlyList<Shutdown> done = opensAgain ? life.Settle(open.Time.StartNs, opensAgain: true) : [];
        life.Opened(open);
        return done;
    }

    private IReadOnlyList<Shutdown> Finish(int tgid, UnderWay underWay, long nowNs) =>
        _lives.Remove(tgid, out ProcessLife? life) ? life.Conclude(underWay, nowNs) : [];

    private ProcessLife NewLife(int tgid) => new(tgid, watched, attachedNs);

    private ProcessLife Life(int tgid)
    {
        if (_lives.TryGetValue(tgid, out ProcessLife? life))
            return life;
        // Most signals are for processes that never had a device: forget the oldest of them. A few looks each time are
        // enough, and cost the same however many there are.
        for (int looks = 8; looks > 0 && _order.Count >= RememberedProcesses; looks--)
        {
            int oldest = _order.Dequeue();
            if (_lives.TryGetValue(oldest, out ProcessLife? old) && (old.IsEnding || old.HasDevices))
                _order.Enqueue(oldest);
            else
                _lives.Remove(oldest);
        }
        if (_order.Count >= MostProcesses)
            _lives.Remove(_order.Dequeue());
        _order.Enqueue(tgid);
        return _lives[tgid] = NewLife(tgid);
    }
}
