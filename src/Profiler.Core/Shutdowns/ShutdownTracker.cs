using System.Collections.Immutable;
using Profiler.Core.Recording;
using Profiler.Core.Spans;

namespace Profiler.Core.Shutdowns;

/// <summary>What of the end of a process is watched; what is not stays unknown.</summary>
/// <param name="Signals">Signals, and so why a process exits and when it is dead.</param>
/// <param name="Reaping">When its parent takes notice.</param>
public readonly record struct EndsWatched(bool Signals, bool Reaping)
{
    /// <summary>Everything.</summary>
    public static readonly EndsWatched All = new(true, true);
}

/// <summary>
/// Gathers the releases of a process into shutdowns. One is over when nothing is left of its process, when the
/// same process opens a device again, or when it has been quiet for <see cref="Quiet"/>; time is that of the
/// events. Single-threaded.
/// </summary>
/// <param name="watched">What can be seen at all.</param>
public sealed class ShutdownTracker(EndsWatched watched)
{
    /// <summary>How long a process may rest between releases of one shutdown.</summary>
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
    /// <param name="operations">What is under way, oldest first.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public ImmutableArray<ShutdownInFlight> InFlight(ImmutableArray<OperationInFlight> operations, long nowNs)
    {
        ILookup<int, OperationInFlight> releasing = operations
            .Where(o => o.Kind == OperationKind.Release)
            .ToLookup(o => o.Task.Tgid);
        return
        [
            .. _lives
                .Where(l => l.Value.IsEnding || l.Value.IsToldToGo(nowNs))
                .Select(l => l.Key)
                .Union(releasing.Select(r => r.Key))
                .Select(tgid => (_lives.GetValueOrDefault(tgid) ?? new ProcessLife(tgid))
                    .UnderWay([.. releasing[tgid]], nowNs, watched.Signals))
                .OrderBy(s => s.SoFar.Time.StartNs),
        ];
    }

    /// <summary>A process had to do with devices before anybody watched.</summary>
    public void Present(ProcessAtStart process) => Life(process.Tgid).Holds(process.Comm, process.Devices ?? []);

    /// <summary>Takes an activity; returns the shutdowns that are over by it.</summary>
    public IEnumerable<Shutdown> Follow(Activity activity)
    {
        switch (activity)
        {
            case Operation { Kind: OperationKind.Release } release:
                return Release(release);
            case Operation { Kind: OperationKind.Open } open:
                return Open(open);
            case SignalDelivered signal:
                Life(signal.Target.Tgid).Signalled(signal);
                return [];
            case TeardownPart part:
                Life(part.Task.Tgid).Had(part);
                return [];
            case ProcessAdvanced step:
                ProcessLife life = Life(step.Process.Tgid);
                life.Advanced(step);
                return life.IsOver(watched.Reaping) ? Finish(step.Process.Tgid) : [];
            default:
                return [];
        }
    }

    /// <summary>Concludes what has been quiet for long.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    /// <param name="busy">Processes with something under way: not quiet, however long it takes.</param>
    public IEnumerable<Shutdown> Expire(long nowNs, IReadOnlySet<int> busy)
    {
        long before = nowNs - (long)Quiet.TotalNanoseconds;
        return [.. _lives
            .Where(l => l.Value.IsEnding && !busy.Contains(l.Key) && l.Value.LatestNs < before)
            .Select(l => l.Key)
            .ToList()
            .SelectMany(Finish)];
    }

    /// <summary>The capture ends: whatever is under way is concluded as it stands.</summary>
    public IEnumerable<Shutdown> Flush() =>
        [.. _lives.Where(l => l.Value.IsEnding).Select(l => l.Key).ToList().SelectMany(Finish)];

    private IEnumerable<Shutdown> Release(Operation release)
    {
        int tgid = release.Task.Tgid;
        // A recording has no clock that ticks: a pause shows by what comes after it.
        ProcessLife life = Life(tgid);
        bool afterPause = life.IsEnding && !release.Exiting &&
            release.Time.StartNs - life.LatestNs > (long)Quiet.TotalNanoseconds;
        IEnumerable<Shutdown> done = afterPause ? Finish(tgid) : [];
        foreach (ProcessLife other in _lives.Values)
            other.Lost(release.Device);
        Life(tgid).Released(release);
        return done;
    }

    private IEnumerable<Shutdown> Open(Operation open)
    {
        int tgid = open.Task.Tgid;
        IEnumerable<Shutdown> done = Life(tgid).IsEnding ? Finish(tgid) : [];
        Life(tgid).Opened(open);
        return done;
    }

    private IEnumerable<Shutdown> Finish(int tgid) =>
        _lives.Remove(tgid, out ProcessLife? life) && life.Conclude(watched.Signals) is { } done ? [done] : [];

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
        return _lives[tgid] = new ProcessLife(tgid);
    }
}
