using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Core.Lives;

/// <summary>What one process did with its devices since its last shutdown. Used again for another process when it is over.</summary>
/// <param name="watched">What can be seen of its end.</param>
/// <param name="attachedNs">When all probes were attached, CLOCK_MONOTONIC.</param>
/// <param name="users">The users of all devices.</param>
/// <param name="work">For computations; shared by all processes.</param>
internal sealed class ProcessLife(EndsWatched watched, long attachedNs, DeviceUsers users, LifeWork work)
{
    private readonly Dictionary<string, DeviceUse> _held = [];
    private readonly ProcessHistory _did = new();
    private readonly ExitSteps _exit = new(watched, attachedNs);
    private string? _comm;
    private bool _opensSeen, _busyAtStart;
    private long _releasedNs; // the end of the last release
    private long _unmappedNs; // the end of what the kernel did with its memory
    private long _undecidedUntilNs;

    /// <summary>The process.</summary>
    public int Tgid { get; private set; }

    /// <summary>The tracker looks at it at the next tick of the clock.</summary>
    public bool IsWatched { get; set; }

    /// <summary>It had devices when the capture began, and it is not known which.</summary>
    public bool HasUnknownDevices { get; private set; }

    /// <summary>Not null if its shutdown has been told already, without a device that is released only now.</summary>
    public OwnerGone? WasGone { get; set; }

    /// <summary>Begins the life of a process.</summary>
    public void Begin(int tgid)
    {
        Tgid = tgid;
        _comm = null;
        _exit.Clear();
        (_opensSeen, _busyAtStart, HasUnknownDevices, WasGone) = (false, false, false, null);
        (_releasedNs, _unmappedNs, _undecidedUntilNs) = (long.MinValue, long.MinValue, long.MinValue);
    }

    /// <summary>A shutdown is in progress: devices are released, or it exits with devices.</summary>
    public bool IsEnding => !_did.Releases.IsEmpty || (IsExiting && HasDevices);

    /// <summary>It has devices, as far as known.</summary>
    public bool HasDevices => _held.Count > 0;

    /// <summary>It has begun to exit.</summary>
    public bool IsExiting => _exit.DyingNs is not null;

    /// <summary>It has devices and got a signal that may still end it.</summary>
    public bool IsAskedToEnd(long nowNs)
    {
        if (!HasDevices || _did.Signals.IsEmpty)
            return false;
        using Scratch<ProcessSpan> spans = _did.Spans();
        return PendingSignal(spans.Items, nowNs, forCertain: false) is not null;
    }

    /// <summary>It is reaped, or dead if reaping is not watched.</summary>
    public bool IsOver => _exit.IsOver;

    /// <summary>The time of its last release or step of its end; <see cref="long.MinValue"/> if there was none.</summary>
    public long LatestNs => Math.Max(_releasedNs, _exit.LatestNs);

    /// <summary>The devices that it has, as far as known.</summary>
    public IEnumerable<string> Devices => _held.Keys;

    /// <summary>The process, and when it died, CLOCK_MONOTONIC; null if it lives.</summary>
    public OwnerGone? Gone => _exit.GoneNs is { } ns ? new OwnerGone(Tgid, _comm ?? "", ns) : null;

    /// <summary>The process is gone; what may still come are releases by others.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC; none of its devices is being released.</param>
    public bool IsSettled(long nowNs)
    {
        // What the kernel closes last, it goes on with.
        ReadOnlySpan<Operation> releases = _did.Releases;
        bool goesOn = HasDevices || WasGone is not null || (releases.Length > 0 && releases[^1].ByKernelThread);
        long latestNs = Math.Max(Math.Max(LatestNs, _exit.ReapedNs ?? long.MinValue), _unmappedNs);
        return !goesOn || latestNs < nowNs - (long)CloseBursts.Gap.TotalNanoseconds;
    }

    // In the order in which they were opened, or in that of their descriptors where they were open before.
    private IEnumerable<string> Held => _held.Values.OrderBy(use => use.Number).Select(use => use.Device);

    /// <summary>Its state when the capture began.</summary>
    public void AddAtStart(ProcessAtStart process)
    {
        _comm = process.Comm;
        _opensSeen = process.Devices is not null;
        HasUnknownDevices = process.Devices is null;
        foreach (string device in process.Devices ?? [])
            Hold(device);
        (_exit.BeganBefore, _busyAtStart) = (process.Exiting, process.Busy);
    }

    public void AddOpen(Operation open)
    {
        _comm = open.Process;
        _opensSeen |= _held.Count == 0;
        if (open.Result >= 0)
            Hold(open.Device);
        _did.AddOpen(open);
        _undecidedUntilNs = long.MinValue; // it goes on, so that no signal was the cause
    }

    /// <summary>Adds a release; <see cref="DeviceUsers.Release"/> has removed the device.</summary>
    public void AddRelease(Operation release)
    {
        _did.AddRelease(release);
        _undecidedUntilNs = long.MinValue; // a pause between two closes tells that no signal was the cause
        Latest(release);
    }

    /// <summary>The device was released, by whatever process.</summary>
    public void RemoveDevice(string device) => _held.Remove(device);

    /// <summary>Forgets what it did, and removes it as a user of its devices.</summary>
    public void Forget()
    {
        foreach (DeviceUse use in _held.Values)
            users.Remove(use);
        _held.Clear();
        _did.Clear();
    }

    public void Add(SignalDelivered signal)
    {
        if (!IsEnding)
            _did.RemoveSignals(signal.TimeNs - (long)ShutdownCause.Grace.TotalNanoseconds - 1);
        _did.Add(signal);
    }

    public void Add(TeardownPart part)
    {
        _did.Add(part);
        if (part.ByKernelThread)
            _unmappedNs = part.Time.EndNs;
    }

    public void Add(Reset reset) => _did.Add(reset);

    /// <summary>Adds a reset that the process asked for.</summary>
    public void AddReset(Operation reset) => _did.AddReset(reset);

    public void Add(ProcessAdvanced step)
    {
        _comm ??= step.Process.Comm;
        _exit.Add(step);
    }

    /// <summary>The closes that are certainly over: the process lives on without those devices.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC; the process has nothing in progress.</param>
    /// <param name="done">Receives them.</param>
    /// <param name="opensAgain">It opens a device now.</param>
    public void Settle(long nowNs, List<Shutdown> done, bool opensAgain = false)
    {
        if (_did.Releases.IsEmpty || IsExiting)
            return;
        if (!opensAgain && (nowNs - LatestNs <= (long)CloseBursts.Gap.TotalNanoseconds || nowNs <= _undecidedUntilNs))
            return;
        using Scratch<ProcessSpan> spans = _did.Spans();
        CloseBursts over = work.Closes.Find(_did.Signals, spans.Items, nowNs, opensAgain);
        _undecidedUntilNs = work.Closes.UndecidedUntilNs; // not asked again before
        for (int i = 0; i < over.Count; i++)
            done.Add(Close(over, over[i], UnderWay.None, nowNs, long.MaxValue));
        if (over.Count > 0)
            Clear(done[^1].Time.EndNs);
    }

    /// <summary>Its shutdowns, in order of time; none if it neither released a device nor left one behind.</summary>
    /// <param name="underWay">What it has in progress.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    /// <param name="done">Receives them.</param>
    public void Conclude(UnderWay underWay, long nowNs, List<Shutdown> done)
    {
        int before = done.Count;
        using Scratch<ProcessSpan> spans = _did.Spans();
        Dying? death = Split(spans.Items, forCertain: true, underWay, nowNs, out CloseBursts closes);
        long beforeNs = death?.StartNs ?? long.MaxValue;
        for (int i = 0; i < closes.Count; i++)
        {
            bool isLast = death is null && i == closes.Count - 1;
            done.Add(Close(closes, closes[i], isLast ? underWay : UnderWay.None, nowNs, beforeNs));
        }
        if (death is { } dying)
            done.Add(Death(dying, underWay, nowNs));
        else if (closes.Count == 0 && underWay.IsReleasing)
            done.Add(Closing(underWay, nowNs));
        if (done.Count > before)
            Clear(done[^1].Time.EndNs);
    }

    /// <summary>Its shutdown in progress. Only while <see cref="IsEnding"/>, <see cref="IsAskedToEnd"/> or with releases in progress.</summary>
    /// <param name="underWay">What it has in progress, oldest first.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public ShutdownInFlight InFlight(UnderWay underWay, long nowNs)
    {
        using Scratch<ProcessSpan> spans = _did.Spans();
        Dying? death = Split(spans.Items, forCertain: false, underWay, nowNs, out CloseBursts closes);
        Shutdown soFar = death is { } dying ? Death(dying, underWay, nowNs)
            : closes.Last is { } last ? Close(closes, last, underWay, nowNs, long.MaxValue)
            : Closing(underWay, nowNs);
        ImmutableArray<OperationInFlight> releasing = [.. underWay.Operations.Where(o => o.Kind == OperationKind.Release)];
        return new ShutdownInFlight(
            soFar, releasing, [.. Held.Reverse().Except(releasing.Select(r => r.Device))], _opensSeen);
    }

    // Divides the releases into closes of a process that lived on, burst by burst, and those of its death. A process that is alive but
    // was asked to end is taken as dying of that signal.
    private Dying? Split(
        ReadOnlySpan<ProcessSpan> spans, bool forCertain, UnderWay underWay, long nowNs, out CloseBursts closes)
    {
        long untilNs = Math.Min(_exit.DyingNs ?? nowNs, underWay.SinceNs);
        closes = work.Closes.Find(_did.Signals, spans, untilNs, opensAgain: false);
        long overNs = closes.Last?.EndNs ?? long.MinValue;
        int over = closes.Releases.Length;
        ShutdownCause cause;
        long startNs;
        if (_exit.DyingNs is { } dyingNs)
        {
            cause = ShutdownCause.Of(_did.Signals, overNs, dyingNs, _exit.ExitCode, spans, watched.Signals && !_exit.BeganBefore);
            startNs = cause.Signal?.TimeNs ?? StartWithoutCause(spans, over, dyingNs);
        }
        else if (PendingSignal(spans, nowNs, forCertain) is { } pending && pending.TimeNs > overNs)
            (cause, startNs) = (new ShutdownCause(pending, TriggerNames.OfSignal(pending.Number)), pending.TimeNs);
        else
        {
            closes.Add(spans, over, static (_, _) => true, long.MaxValue, long.MaxValue);
            return null;
        }
        closes.Add(spans, over, static (release, ns) => release.Time.EndNs <= ns, startNs, startNs);
        CloseBursts last = work.Bursts;
        last.Clear();
        last.Add(spans, over, static (release, ns) => release.Time.EndNs > ns, startNs, long.MaxValue);
        return last.Count > 0 || HasDevices || underWay.IsReleasing ? new Dying(cause, startNs, last) : null;
    }

    // Closes right before an exit with more devices belong to that exit.
    private long StartWithoutCause(ReadOnlySpan<ProcessSpan> spans, int over, long dyingNs)
    {
        CloseBursts before = work.Bursts;
        before.Clear();
        before.Add(spans, over, static (release, ns) => release.Time.StartNs < ns, dyingNs, dyingNs);
        return before.Last is { } burst && dyingNs - burst.EndNs <= (long)CloseBursts.Gap.TotalNanoseconds && HasMore(over, dyingNs)
            ? Math.Min(dyingNs, burst.StartNs)
            : dyingNs;
    }

    private bool HasMore(int over, long dyingNs)
    {
        foreach (Operation release in _did.Releases[over..])
        {
            if (release.Time.EndNs > dyingNs)
                return true;
        }
        return HasDevices;
    }

    private Shutdown Close(CloseBursts bursts, CloseBurst burst, UnderWay underWay, long nowNs, long beforeNs)
    {
        bool unfinished = !underWay.IsNone;
        ReadOnlySpan<Operation> releases = bursts.ReleasesOf(burst);
        long lastNs = long.MinValue;
        foreach (Operation release in releases)
            lastNs = Math.Max(lastNs, release.Time.EndNs);
        // What the process does when it exits some day does not belong to the closes.
        long endNs = unfinished ? nowNs : Math.Min(burst.EndNs, Math.Min(beforeNs, _exit.SeenNs ?? long.MaxValue));
        return Make(
            Trigger.Close, new Interval(burst.StartNs, Math.Max(endNs, lastNs)), releases, underWay,
            new Ending { BeganBefore = releases[0].Partial || _busyAtStart, Unfinished = unfinished, DeadNs = WasGone?.DeadNs });
    }

    private Shutdown Death(Dying dying, UnderWay underWay, long nowNs)
    {
        long lastNs = long.MinValue;
        for (int i = 0; i < dying.Closes.Count; i++)
            lastNs = Math.Max(lastNs, dying.Closes[i].EndNs);
        bool unseenEnd = !watched.Signals && !watched.Reaping, beganBefore = _exit.BeganBefore || dying.StartNs < attachedNs;
        // Others may still be at its devices when it is gone.
        bool isOver = underWay.IsNone && (_exit.IsGone || unseenEnd);
        long endNs = isOver ? Math.Max(_exit.ReapedNs ?? _exit.DeadNs ?? lastNs, lastNs) : Math.Max(nowNs, lastNs);
        return Make(
            dying.Cause.Trigger, new Interval(dying.StartNs, Math.Max(dying.StartNs, endNs)), dying.Closes.Releases, underWay,
            new Ending
            {
                ExitsNs = _exit.StartNs,
                DeadNs = _exit.DeadNs,
                ReapedNs = _exit.ReapedNs,
                // A device whose release began before the capture was released unseen.
                LeavesDevices = _exit.IsGone && !beganBefore && HasDevices,
                BeganBefore = beganBefore,
                Unfinished = !isOver,
            });
    }

    // No release has ended yet.
    private Shutdown Closing(UnderWay underWay, long nowNs)
    {
        OperationInFlight[] releasing = [.. underWay.Operations.Where(o => o.Kind == OperationKind.Release)];
        long startNs = releasing.Select(o => o.StartNs).Append(nowNs).Min();
        Trigger trigger = !releasing.Any(o => o.Exiting && o.Task.Tgid == Tgid) ? Trigger.Close : watched.Signals ? Trigger.Exit : Trigger.Unknown;
        return Make(trigger, new Interval(startNs, Math.Max(startNs, nowNs)), [], underWay, new Ending { Unfinished = true, DeadNs = WasGone?.DeadNs });
    }

    private Shutdown Make(Trigger trigger, Interval time, ReadOnlySpan<Operation> releases, UnderWay underWay, Ending ending)
    {
        string comm = releases.Length > 0 && IsOwn(releases[0]) ? releases[0].Process
            : WasGone?.Comm ?? _comm ?? underWay.Operations.Select(o => o.Process).FirstOrDefault() ?? (releases.Length > 0 ? releases[0].Process : "");
        return new Shutdown(
            new TaskId(Tgid, Tgid, comm), trigger, _did.SignalsWithin(time.StartNs, time.EndNs), time, [.. releases])
        {
            EarlierSignals = trigger == Trigger.Close ? [] : _did.SignalsWithin(long.MinValue, time.StartNs - 1),
            Parts = underWay.Parts.IsEmpty
                ? _did.PartsDuring(time)
                : [.. _did.PartsDuring(time), .. underWay.PartsUntil(time.EndNs).Where(p => p.Time.OverlapNs(time) > 0)],
            Opens = _did.OpensDuring(time),
            UserResets = _did.UserResetsDuring(time),
            OtherResets = _did.ResetsDuring(time),
            UnderWay = underWay.Operations,
            ExitsNs = ending.ExitsNs,
            DeadNs = ending.DeadNs,
            ReapedNs = ending.ReapedNs,
            Unreleased = ending.LeavesDevices
                ? [.. _held.Keys.Except(underWay.Operations.Select(o => o.Device)).Order(StringComparer.Ordinal)]
                : [],
            BeganBefore = ending.BeganBefore,
            Unfinished = ending.Unfinished,
        };
    }

    private SignalDelivered? PendingSignal(ReadOnlySpan<ProcessSpan> spans, long nowNs, bool forCertain) =>
        ShutdownCause.Pending(_did.Signals, spans, _did.Releases.IsEmpty ? null : _releasedNs, nowNs, forCertain);

    // What ended before a reported shutdown's end is not the cause of another shutdown.
    private void Clear(long untilNs)
    {
        _did.Remove(untilNs);
        _releasedNs = long.MinValue;
        _exit.ForgetReleases();
        foreach (Operation release in _did.Releases)
            Latest(release);
        _busyAtStart = false;
    }

    private void Latest(Operation release)
    {
        _releasedNs = Math.Max(_releasedNs, release.Time.EndNs);
        if (release.Exiting && IsOwn(release))
            _exit.AddRelease(release.Time.StartNs);
    }

    // Not of its device by another process, or by one that has its number now.
    private bool IsOwn(Operation release) =>
        release.Task.Tgid == Tgid && !release.ByKernelThread && release.Time.StartNs < (WasGone?.DeadNs ?? _exit.ReapedNs ?? long.MaxValue);

    private void Hold(string device)
    {
        ref DeviceUse? use = ref CollectionsMarshal.GetValueRefOrAddDefault(_held, device, out _);
        use ??= users.Add(device, this);
    }

    /// <param name="StartNs">The time of the cause, else when it began to exit.</param>
    /// <param name="Closes">The releases of its death.</param>
    private readonly record struct Dying(ShutdownCause Cause, long StartNs, CloseBursts Closes);

    /// <summary>What is known of the end of a shutdown; see the properties of <see cref="Shutdown"/>.</summary>
    private readonly record struct Ending(
        bool BeganBefore, bool Unfinished, bool LeavesDevices, long? ExitsNs, long? DeadNs, long? ReapedNs);
}
