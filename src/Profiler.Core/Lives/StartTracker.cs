using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Profiler.Core.Facts;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Lives;

/// <summary>
/// Combines what processes do with VFIO into starts. A start is over when the virtual machine runs; without one, when the process has done
/// nothing with devices for some time, or closes one. Time is that of the events. Single-threaded.
/// </summary>
/// <param name="attachedNs">When all probes were attached, CLOCK_MONOTONIC.</param>
public sealed class StartTracker(long attachedNs = 0)
{
    /// <summary>The start of a process without a virtual machine is over after this time without any activity.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    // More than a host can start at once: with more, their ends were lost.
    private const int MaxStarts = 4096;

    // What was used for a start with many mappings is as large as that.
    private const int MaxSpare = 16;

    private readonly Dictionary<int, StartLife> _lives = [];
    private readonly Queue<int> _order = new();
    private readonly Stack<StartLife> _spare = [];
    private readonly HashSet<int> _hadDevices = []; // when the capture began
    private readonly List<Start> _done = []; // of the call that is in progress

    /// <summary>Starts in progress, the oldest first.</summary>
    /// <param name="spans">What is in progress.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public ImmutableArray<Start> InFlight(SpanAssembler spans, long nowNs)
    {
        if (_lives.Count == 0)
            return [];
        ILookup<int, OperationInFlight> opens = spans.InFlight().Where(o => o.Kind != OperationKind.Release).ToLookup(o => o.Task.Tgid);
        ILookup<int, StartPartInFlight> parts = spans.StartPartsInFlight().ToLookup(p => p.Task.Tgid);
        return
        [
            .. _lives.Values
                .Where(l => !l.IsEmpty || opens.Contains(l.Tgid) || parts.Contains(l.Tgid))
                .Select(l => l.Conclude(StartEnd.Capture, nowNs, [.. opens[l.Tgid]], [.. parts[l.Tgid]]))
                .OrderBy(s => s.Time.StartNs),
        ];
    }

    /// <summary>A process that had devices when the capture began.</summary>
    public void AddAtStart(ProcessAtStart process) => _hadDevices.Add(process.Tgid);

    /// <summary>Takes an activity.</summary>
    /// <param name="activity">What has ended.</param>
    /// <param name="isBusy">Whether a process has something else in progress.</param>
    /// <returns>The starts that are over with it; valid until the next call.</returns>
    public ReadOnlySpan<Start> Follow(Activity activity, Func<int, bool> isBusy)
    {
        _done.Clear();
        switch (activity)
        {
            case StartAdvanced { Step: StartStep.Contact } contact: Begin(contact); break;
            case StartAdvanced { Step: StartStep.Vm } vm: CreatesVm(vm.Task.Tgid); break;
            case StartAdvanced { Step: StartStep.Run } run: End(run.Task.Tgid, StartEnd.Run, run.TimeNs); break;
            // They are told from the contact on: without a start in progress, this is one by a process that goes on.
            case StartPart part: LifeAt(part.Task.Tgid, part.Time, isBusy)?.Add(part); break;
            case BarsFaulted bars: LifeAt(bars.Task.Tgid, new Interval(bars.TimeNs, bars.TimeNs), isBusy)?.Add(bars); break;
            case Operation { Kind: OperationKind.Open } open: Open(open, isBusy); break;
            case Operation { Kind: OperationKind.Release } release: EndWithoutVm(release.Task.Tgid); break;
            case Operation reset: LifeAt(reset.Task.Tgid, reset.Time, isBusy)?.AddUserReset(reset); break;
            case TeardownPart { Step: TeardownStep.Power } power: _lives.GetValueOrDefault(power.Task.Tgid)?.Add(power); break;
            case StandaloneReset standalone: _lives.GetValueOrDefault(standalone.Task.Tgid)?.Add(standalone.Reset); break;
            case ProcessAdvanced step: Exits(step); break;
        }
        return CollectionsMarshal.AsSpan(_done);
    }

    /// <summary>Concludes starts after a long pause.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    /// <param name="isBusy">Whether a process has something in progress.</param>
    /// <returns>Those that are over; valid until the next call.</returns>
    public ReadOnlySpan<Start> Expire(long nowNs, Func<int, bool> isBusy)
    {
        _done.Clear();
        foreach (StartLife life in _lives.Values)
        {
            if (IsQuiet(life, nowNs) && !isBusy(life.Tgid))
                End(life.Tgid, StartEnd.Quiet, life.LatestNs);
        }
        return CollectionsMarshal.AsSpan(_done);
    }

    /// <summary>The capture ends: concludes all starts as they are. Without a virtual machine, and with nothing in progress, one is over.</summary>
    /// <param name="spans">What is in progress.</param>
    /// <param name="nowNs">The end of the capture, CLOCK_MONOTONIC.</param>
    public ReadOnlySpan<Start> Flush(SpanAssembler spans, long nowNs)
    {
        Expire(long.MaxValue, spans.IsBusy);
        _done.AddRange(InFlight(spans, nowNs));
        _lives.Clear();
        return CollectionsMarshal.AsSpan(_done);
    }

    private static bool IsQuiet(StartLife life, long nowNs) =>
        !life.HasVm && !life.IsEmpty && nowNs - (long)Quiet.TotalNanoseconds > life.LatestNs;

    private void Begin(StartAdvanced contact)
    {
        EndWithoutVm(contact.Task.Tgid); // its number is used again
        Remove(contact.Task.Tgid);
        StartLife life = Add(contact.Task.Tgid, contact.Process, contact.TimeNs);
        life.ContactSeen = true;
        life.ExecNs = contact.ExecNs;
        life.HasVm = contact.HasNewVm;
        // Of a process that began in the capture nothing was missed.
        life.BeganBefore = contact.ByOpen && !(contact.ExecNs >= attachedNs);
    }

    private void CreatesVm(int tgid)
    {
        if (_lives.TryGetValue(tgid, out StartLife? life))
            life.HasVm = true;
    }

    private void Open(Operation open, Func<int, bool> isBusy)
    {
        int tgid = open.Task.Tgid;
        StartLife? life = LifeAt(tgid, open.Time, isBusy);
        if (life is null)
        {
            life = Add(tgid, open.Process, open.Time.StartNs);
            life.BeganBefore = open.Partial || (_hadDevices.Contains(tgid) && open.Time.StartNs - attachedNs <= (long)Quiet.TotalNanoseconds);
        }
        life.Add(open);
    }

    // A replay has no ticking clock: what comes after a pause shows the pause.
    private StartLife? LifeAt(int tgid, Interval time, Func<int, bool> isBusy)
    {
        if (_lives.TryGetValue(tgid, out StartLife? life) && IsQuiet(life, time.StartNs) && !isBusy(tgid))
            EndWithoutVm(tgid);
        return _lives.GetValueOrDefault(tgid);
    }

    private StartLife Add(int tgid, string comm, long contactNs)
    {
        // Of those that are in the queue most are over. A few looks each time are enough and cost the same with any number.
        for (int looks = 8; looks > 0 && _order.Count >= MaxStarts; looks--)
        {
            int oldest = _order.Dequeue();
            if (_lives.ContainsKey(oldest) && _lives.Count < MaxStarts)
                _order.Enqueue(oldest);
            else
                Remove(oldest);
        }
        _order.Enqueue(tgid);
        StartLife life = _spare.TryPop(out StartLife? spare) ? spare : new StartLife();
        life.Begin(tgid, comm, contactNs);
        return _lives[tgid] = life;
    }

    private void Remove(int tgid)
    {
        if (_lives.Remove(tgid, out StartLife? life) && _spare.Count < MaxSpare)
            _spare.Push(life);
    }

    // Without a virtual machine a start is over with the last that was done; with one nothing but its run or an exit ends it.
    private void EndWithoutVm(int tgid)
    {
        if (_lives.TryGetValue(tgid, out StartLife? life) && !life.HasVm)
            End(tgid, StartEnd.Quiet, life.LatestNs);
    }

    private void Exits(ProcessAdvanced step)
    {
        _hadDevices.Remove(step.Process.Tgid);
        EndWithoutVm(step.Process.Tgid);
        End(step.Process.Tgid, StartEnd.Exit, step.TimeNs);
    }

    private void End(int tgid, StartEnd end, long endNs)
    {
        if (!_lives.TryGetValue(tgid, out StartLife? life))
            return;
        life.HasVm |= end == StartEnd.Run;
        if (!life.IsEmpty)
            _done.Add(life.Conclude(end, endNs, [], []));
        Remove(tgid);
    }
}
