using System.Globalization;
using Profiler.Core;
using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Report.Export.Perfetto;

/// <summary>
/// Lock waits on the tracks of the threads that wait, and a track for each lock with its holders, as far as others waited for them. An
/// arrow leads from a wait to a mark on the track of each thread that held the lock meanwhile.
/// </summary>
internal sealed class LockTracks(TraceTracks tracks, Exported exported, ProcessTracks processes)
{
    private readonly Dictionary<ulong, (LockKind Kind, List<LockWait> Waits)> _locks = [];
    private int _flows;

    /// <summary>Adds the waits of an operation.</summary>
    public void Add(Operation o)
    {
        Track track = processes.ThreadTrack(o.Task, o.Process);
        string waiter = ProcessNames.Of(o.Task.Tgid, o.Process, exported.Vm(o.Task.Tgid));
        foreach (LockWait wait in o.LockWaits)
        {
            string name = wait.Kind.Label(exported.Locks.Of(wait.Lock));
            if (!_locks.TryGetValue(wait.Lock, out (LockKind Kind, List<LockWait> Waits) known))
                _locks[wait.Lock] = known = (wait.Kind, []);
            known.Waits.Add(wait);
            var flows = new List<string>();
            var holders = new List<string>();
            foreach (Holder holder in wait.Holders)
            {
                holders.Add($"{Name(holder)} {Figures.Text(holder.Ns)}");
                if (holder.Task is not { } task)
                    continue;
                string flow = string.Create(CultureInfo.InvariantCulture, $"flow {_flows++}");
                flows.Add(flow);
                tracks.Add(processes.ThreadTrack(task, holder.Process ?? task.Comm), new Slice(
                    $"holds {name}: {waiter} waits", "lock_hold", new Interval(holder.Time.StartNs, holder.Time.StartNs))
                {
                    IsMark = true,
                    EndsFlows = [flow],
                });
            }
            tracks.Add(track, new Slice($"wait for {name}", "lock_wait", wait.Time)
            {
                Flows = flows,
                Details = [("holders", string.Join('\n', holders)), ("as_writer", wait.AsWriter), ("stack", processes.Stack(wait.Stack))],
            });
        }
    }

    /// <summary>Adds the tracks of the locks, after all waits.</summary>
    public void AddHolders()
    {
        foreach ((ulong address, (LockKind kind, List<LockWait> waits)) in _locks)
        {
            tracks.Add(new Track("locks", "locks"));
            string name = kind.Label(exported.Locks.Of(address));
            var track = new Track($"lock {exported.Locks.Of(address)}", name, "locks");
            foreach ((string held, Interval time) in Turns(LockWait.HoldersOf(waits)))
                tracks.Add(track, new Slice(held, "lock_hold", time));
        }
    }

    // Each waiter knows the part of a turn that it waited for: together they are the turn, as far as somebody waited.
    private IEnumerable<(string Held, Interval Time)> Turns(IEnumerable<Holder> holders)
    {
        foreach (IGrouping<string, Holder> same in holders.GroupBy(h => $"held by {Name(h)}"))
        {
            Interval? turn = null;
            foreach (Interval time in same.Select(h => h.Time).OrderBy(t => t.StartNs))
            {
                if (turn is { } open && time.StartNs <= open.EndNs)
                {
                    turn = new Interval(open.StartNs, Math.Max(open.EndNs, time.EndNs));
                    continue;
                }
                if (turn is { } over)
                    yield return (same.Key, over);
                turn = time;
            }
            if (turn is { } last)
                yield return (same.Key, last);
        }
    }

    private string Name(Holder holder) => holder.Task is { } task
        ? ProcessNames.Of(task.Tgid, holder.Process ?? task.Comm, exported.Vm(task.Tgid)) + (holder.Device is null ? "" : $", {holder.Device}")
        : "readers, or being handed over";
}
