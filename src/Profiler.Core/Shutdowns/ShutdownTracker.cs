using System.Collections.Immutable;
using Profiler.Core.Spans;

namespace Profiler.Core.Shutdowns;

/// <summary>
/// Gathers the releases of a process into shutdowns. One is over when its process is dead, when the same
/// process opens a device again, or when it has been quiet for <see cref="Quiet"/>; time is that of the
/// events. Single-threaded.
/// </summary>
/// <param name="signalsSeen">False if the signal probe is not attached: then an exit's reason is unknown.</param>
public sealed class ShutdownTracker(bool signalsSeen)
{
    /// <summary>How long a process may rest between releases of one shutdown. Unpinning a TiB takes 20 s.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(60);

    /// <summary>How long before the first release the signal may be that caused it. libvirt waits 10 s
    /// before it kills; a guest may take minutes to stop.</summary>
    public static readonly TimeSpan SignalMemory = TimeSpan.FromMinutes(10);

    private const int RememberedProcesses = 4096;

    private readonly Dictionary<int, List<Operation>> _open = [];
    private readonly Dictionary<int, List<SignalDelivered>> _signals = [];
    private readonly Queue<int> _signalled = new();

    /// <summary>Shutdowns under way, as far as they have come: releases that ended, and signals.</summary>
    public ImmutableArray<Shutdown> InFlight() => [.. _open.Select(o => Conclude(o.Key, o.Value, goneNs: null))];

    /// <summary>The pending signals of a process that has not released anything yet, oldest first.</summary>
    public IReadOnlyList<SignalDelivered> SignalsOf(int tgid) => _signals.GetValueOrDefault(tgid) ?? [];

    /// <summary>Takes an activity; returns the shutdowns that are over by it.</summary>
    public IEnumerable<Shutdown> Follow(Activity activity) => activity switch
    {
        Operation { Kind: OperationKind.Release } release => Add(release),
        Operation { Kind: OperationKind.Open } open => Finish(open.Task.Tgid, goneNs: null),
        SignalDelivered signal => Remember(signal),
        ProcessGone gone => Finish(gone.Tgid, gone.TimeNs),
        _ => [],
    };

    /// <summary>Concludes what has been quiet for long.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    /// <param name="busy">Processes with a release under way: not quiet, however long it takes.</param>
    public IEnumerable<Shutdown> Expire(long nowNs, IReadOnlySet<int> busy)
    {
        long before = nowNs - (long)Quiet.TotalNanoseconds;
        return [.. _open
            .Where(o => !busy.Contains(o.Key) && o.Value.Max(r => r.Time.EndNs) < before)
            .Select(o => o.Key)
            .ToList()
            .SelectMany(tgid => Finish(tgid, goneNs: null))];
    }

    /// <summary>The capture ends: whatever is under way is concluded as it stands.</summary>
    public IEnumerable<Shutdown> Flush() =>
        [.. _open.Keys.ToList().SelectMany(tgid => Finish(tgid, goneNs: null))];

    private IEnumerable<Shutdown> Add(Operation release)
    {
        int tgid = release.Task.Tgid;
        // A recording has no clock that ticks: a pause shows by what comes after it.
        bool afterPause = _open.TryGetValue(tgid, out List<Operation>? releases) &&
            release.Time.StartNs - releases.Max(r => r.Time.EndNs) > (long)Quiet.TotalNanoseconds;
        IEnumerable<Shutdown> done = afterPause ? Finish(tgid, goneNs: null) : [];
        if (releases is null || afterPause)
            _open[tgid] = releases = [];
        releases.Add(release);
        return done;
    }

    private IEnumerable<Shutdown> Finish(int tgid, long? goneNs)
    {
        Shutdown? done = _open.Remove(tgid, out List<Operation>? releases) ? Conclude(tgid, releases, goneNs) : null;
        _signals.Remove(tgid);
        return done is null ? [] : [done];
    }

    private IEnumerable<Shutdown> Remember(SignalDelivered signal)
    {
        int tgid = signal.Target.Tgid;
        if (!_signals.TryGetValue(tgid, out List<SignalDelivered>? signals))
        {
            // Most signals are for processes that never had a device: forget the oldest.
            while (_signalled.Count >= RememberedProcesses && _signalled.TryDequeue(out int oldest))
            {
                if (!_open.ContainsKey(oldest))
                    _signals.Remove(oldest);
            }
            _signalled.Enqueue(tgid);
            _signals[tgid] = signals = [];
        }
        signals.Add(signal);
        return [];
    }

    private Shutdown Conclude(int tgid, List<Operation> releases, long? goneNs)
    {
        ImmutableArray<Operation> ordered = [.. releases.OrderBy(r => r.Time.StartNs)];
        long firstNs = ordered[0].Time.StartNs;
        long lastNs = ordered.Max(r => r.Time.EndNs);
        ImmutableArray<SignalDelivered> signals =
        [
            .. SignalsOf(tgid).Where(s =>
                s.TimeNs > firstNs - (long)SignalMemory.TotalNanoseconds && s.TimeNs <= (goneNs ?? lastNs)),
        ];
        SignalDelivered? cause = signals.FirstOrDefault(s => s.TimeNs <= firstNs);
        // A process that only closed its devices may live on: its death, one day, has nothing to do with them.
        bool ended = goneNs is not null && (cause is not null || ordered.Any(r => r.Exiting));
        long endNs = ended ? goneNs!.Value : lastNs;
        return new Shutdown(
            new TaskId(tgid, tgid, ordered[0].Process), TriggerOf(cause, ordered[0]), signals,
            new Interval(cause?.TimeNs ?? firstNs, endNs), goneNs, ordered);
    }

    private Trigger TriggerOf(SignalDelivered? cause, Operation first) => (cause?.Number, first.Exiting) switch
    {
        (15, _) => Trigger.SigTerm,
        (9, _) => Trigger.SigKill,
        (2, _) => Trigger.SigInt,
        (1, _) => Trigger.SigHup,
        (3, _) => Trigger.SigQuit,
        (_, false) => Trigger.Close,
        _ => signalsSeen ? Trigger.Exit : Trigger.Unknown,
    };
}
