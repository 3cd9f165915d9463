using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Lives;

/// <summary>What one process did with its devices since its last shutdown.</summary>
/// <param name="tgid">The process.</param>
/// <param name="watched">What can be seen of its end.</param>
/// <param name="attachedNs">When all probes were attached, CLOCK_MONOTONIC.</param>
/// <param name="users">The users of all devices.</param>
internal sealed class ProcessLife(int tgid, EndsWatched watched, long attachedNs, DeviceUsers users)
{
    // Bounds for a daemon that gets SIGHUP every minute for years, or resets a device every second.
    private const int MaxSignals = 64, MaxSpans = 4096;

    private readonly Dictionary<string, DeviceUse> _held = [];
    private readonly List<SignalDelivered> _signals = [];
    private readonly List<Operation> _releases = [];
    private readonly Queue<TeardownPart> _parts = [];
    private readonly Queue<Operation> _opens = [];
    private readonly Queue<Reset> _resets = [];
    private string? _comm;
    private bool _opensSeen, _exitingAtStart, _busyAtStart;
    private long? _exitsNs, _deadNs, _reapedNs;
    private int? _exitCode;
    private long _releasedNs = long.MinValue; // the end of the last release
    private long? _exitingReleaseNs; // the first begin of a release by the exiting process
    private long _undecidedUntilNs = long.MinValue;

    /// <summary>A shutdown is in progress: devices are released, or it exits with devices.</summary>
    public bool IsEnding => _releases.Count > 0 || (IsExiting && HasDevices);

    /// <summary>It has devices, as far as known.</summary>
    public bool HasDevices => _held.Count > 0;

    /// <summary>It has begun to exit.</summary>
    public bool IsExiting => DyingNs is not null;

    /// <summary>It has devices and got a signal that may still end it.</summary>
    public bool IsAskedToEnd(long nowNs) => HasDevices && PendingSignal(nowNs, forCertain: false) is not null;

    /// <summary>It is reaped, or dead if reaping is not watched.</summary>
    public bool IsOver => _reapedNs is not null || (_deadNs is not null && !watched.Reaping);

    /// <summary>The time of its last release or step of its end; <see cref="long.MinValue"/> if there was none.</summary>
    public long LatestNs => Math.Max(_releasedNs, Math.Max(_deadNs ?? long.MinValue, _exitsNs ?? long.MinValue));

    // When it began to exit; where that is not seen, the first release by the exiting process.
    private long? DyingNs => ExitsNs ?? _exitingReleaseNs ?? _deadNs ?? _reapedNs;

    // A process that was exiting already when the capture began has exited at that time at the latest.
    private long? ExitsNs => _exitsNs ?? (_exitingAtStart ? attachedNs : null);

    // In the order in which they were opened, or in that of their descriptors where they were open before.
    private IEnumerable<string> Held => _held.Values.OrderBy(use => use.Number).Select(use => use.Device);

    private bool IsGone => _deadNs is not null || _reapedNs is not null;

    /// <summary>Its state when the capture began.</summary>
    public void AddAtStart(ProcessAtStart process)
    {
        _comm = process.Comm;
        _opensSeen = process.Devices is not null;
        foreach (string device in process.Devices ?? [])
            Hold(device);
        (_exitingAtStart, _busyAtStart) = (process.Exiting, process.Busy);
    }

    public void AddOpen(Operation open)
    {
        _comm = open.Process;
        _opensSeen |= _held.Count == 0;
        if (open.Result >= 0)
            Hold(open.Device);
        AddRecent(_opens, open, static o => o.Time);
    }

    /// <summary>Adds a release; <see cref="DeviceUsers.Release"/> has removed the device.</summary>
    public void AddRelease(Operation release)
    {
        _releases.Add(release);
        _undecidedUntilNs = long.MinValue; // a pause between two closes tells that no signal was the cause
        Latest(release);
    }

    /// <summary>The device was released.</summary>
    public void RemoveDevice(DeviceUse use)
    {
        users.Remove(use);
        _held.Remove(use.Device);
    }

    /// <summary>Removes the process as a user of its devices.</summary>
    public void Forget()
    {
        foreach (DeviceUse use in _held.Values)
            users.Remove(use);
        _held.Clear();
    }

    public void Add(SignalDelivered signal)
    {
        _signals.RemoveAll(s => signal.TimeNs - s.TimeNs > (long)ShutdownCause.Grace.TotalNanoseconds && !IsEnding);
        // The first signal may be the cause, the newest one what ends the process.
        if (_signals.Count >= MaxSignals)
            _signals.RemoveAt(1);
        _signals.Add(signal);
    }

    public void Add(TeardownPart part) => AddRecent(_parts, part, static p => p.Time);

    public void Add(Reset reset) => AddRecent(_resets, reset, static r => r.Time);

    public void Add(ProcessAdvanced step)
    {
        _comm ??= step.Process.Comm;
        if (step.Step == ProcessStep.Exits)
            (_exitsNs, _exitCode) = (_exitsNs ?? step.TimeNs, _exitCode ?? step.ExitCode);
        else if (step.Step == ProcessStep.Dead)
            _deadNs = step.TimeNs;
        else
            _reapedNs = step.TimeNs;
    }

    /// <summary>The closes that are certainly over: the process lives on without those devices.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC; the process has nothing in progress.</param>
    /// <param name="opensAgain">It opens a device now.</param>
    public IReadOnlyList<Shutdown> Settle(long nowNs, bool opensAgain = false)
    {
        if (_releases.Count == 0 || IsExiting)
            return [];
        if (!opensAgain && (nowNs - LatestNs <= (long)CloseBurst.Gap.TotalNanoseconds || nowNs <= _undecidedUntilNs))
            return [];
        var closes = new ClosesOver(_signals);
        List<CloseBurst> over = closes.Find(SpansUntil(nowNs), nowNs, opensAgain);
        _undecidedUntilNs = closes.UndecidedUntilNs; // not asked again before
        Shutdown[] shutdowns = [.. over.Select(c => Close(c, UnderWay.None, nowNs, long.MaxValue))];
        if (shutdowns.Length > 0)
            Clear(shutdowns[^1].Time.EndNs);
        return shutdowns;
    }

    /// <summary>Its shutdowns, in order of time; none if it neither released a device nor left one behind.</summary>
    /// <param name="underWay">What it has in progress.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public IReadOnlyList<Shutdown> Conclude(UnderWay underWay, long nowNs)
    {
        var (closes, death) = Split(PendingSignal(nowNs, forCertain: true), underWay, nowNs);
        long beforeNs = death?.StartNs ?? long.MaxValue;
        List<Shutdown> shutdowns =
        [
            .. closes.Select((c, i) => Close(c, death is null && i == closes.Count - 1 ? underWay : UnderWay.None, nowNs, beforeNs)),
        ];
        if (death is { } dying)
            shutdowns.Add(Death(dying, underWay, nowNs));
        else if (closes.Count == 0 && underWay.IsReleasing)
            shutdowns.Add(Closing(underWay, nowNs));
        if (shutdowns.Count > 0)
            Clear(shutdowns[^1].Time.EndNs);
        return shutdowns;
    }

    /// <summary>Its shutdown in progress. Only while <see cref="IsEnding"/>, <see cref="IsAskedToEnd"/> or with releases in progress.</summary>
    /// <param name="underWay">What it has in progress, oldest first.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public ShutdownInFlight InFlight(UnderWay underWay, long nowNs)
    {
        var (closes, death) = Split(PendingSignal(nowNs, forCertain: false), underWay, nowNs);
        Shutdown soFar = death is { } dying ? Death(dying, underWay, nowNs)
            : closes.Count > 0 ? Close(closes[^1], underWay, nowNs, long.MaxValue)
            : Closing(underWay, nowNs);
        ImmutableArray<OperationInFlight> releasing = [.. underWay.Operations.Where(o => o.Kind == OperationKind.Release)];
        return new ShutdownInFlight(
            soFar, releasing, [.. Held.Reverse().Except(releasing.Select(r => r.Device))], _opensSeen);
    }

    // Divides the releases into closes of a process that lived on, burst by burst, and those of its death. A process that is alive but
    // was asked to end is taken as dying of that signal.
    private (List<CloseBurst> Closes, Dying? Death) Split(SignalDelivered? pending, UnderWay underWay, long nowNs)
    {
        long untilNs = Math.Min(DyingNs ?? nowNs, underWay.SinceNs);
        List<CloseBurst> closes = new ClosesOver(_signals).Find(SpansUntil(untilNs), untilNs, opensAgain: false);
        long overNs = closes.Count > 0 ? closes[^1].EndNs : long.MinValue;
        HashSet<Operation> isOver = [.. closes.SelectMany(c => c.Releases)];
        List<Operation> rest = _releases.FindAll(r => !isOver.Contains(r));
        ShutdownCause cause;
        long startNs;
        if (DyingNs is { } dyingNs)
        {
            cause = ShutdownCause.Of(
                _signals.Where(s => s.TimeNs > overNs), dyingNs, _exitCode, Activity(long.MaxValue), watched.Signals && !_exitingAtStart);
            startNs = cause.Signal?.TimeNs ?? StartWithoutCause(rest, dyingNs);
        }
        else if (pending?.TimeNs > overNs)
            (cause, startNs) = (new ShutdownCause(pending, TriggerNames.OfSignal(pending.Number)), pending.TimeNs);
        else
            return ([.. closes, .. CloseBurst.Split(rest, _parts, long.MaxValue)], null);
        closes.AddRange(CloseBurst.Split(rest.Where(r => r.Time.EndNs <= startNs), _parts, startNs));
        List<Operation> last = [.. rest.Where(r => r.Time.EndNs > startNs).OrderBy(r => r.Time.StartNs)];
        return last.Count > 0 || HasDevices || underWay.IsReleasing ? (closes, new Dying(cause, startNs, last)) : (closes, null);
    }

    private ClosesOver.Span[] SpansUntil(long ns) => [.. Spans().Where(s => s.Time.StartNs < ns).OrderBy(s => s.Time.StartNs)];

    private IEnumerable<ClosesOver.Span> Spans() =>
        _releases.Select(r => new ClosesOver.Span(r.Time, r, null)).Concat(_opens.Select(o => new ClosesOver.Span(o.Time, o, null)))
            .Concat(_resets.Select(r => new ClosesOver.Span(r.Time, null, null))).Concat(_parts.Select(p => new ClosesOver.Span(p.Time, null, p)));

    // Closes right before an exit with more devices belong to that exit.
    private long StartWithoutCause(List<Operation> releases, long dyingNs)
    {
        bool more = HasDevices || releases.Exists(r => r.Time.EndNs > dyingNs);
        CloseBurst? burst = CloseBurst.Split(releases.Where(r => r.Time.StartNs < dyingNs), _parts, dyingNs).LastOrDefault();
        return more && burst is not null && dyingNs - burst.EndNs <= (long)CloseBurst.Gap.TotalNanoseconds
            ? Math.Min(dyingNs, burst.StartNs)
            : dyingNs;
    }

    private Shutdown Close(CloseBurst burst, UnderWay underWay, long nowNs, long beforeNs)
    {
        bool unfinished = !underWay.IsNone;
        // What the process does when it exits some day does not belong to the closes.
        long endNs = unfinished ? nowNs : Math.Min(burst.EndNs, Math.Min(beforeNs, _exitsNs ?? long.MaxValue));
        long lastNs = burst.Releases.Max(r => r.Time.EndNs);
        return Make(Trigger.Close, new Interval(burst.StartNs, Math.Max(endNs, lastNs)), burst.Releases, underWay) with
        {
            BeganBefore = burst.Releases[0].Partial || _busyAtStart,
            Unfinished = unfinished,
        };
    }

    private Shutdown Death(Dying dying, UnderWay underWay, long nowNs)
    {
        long lastNs = CloseBurst.Split(dying.Releases, _parts, long.MaxValue).Select(b => b.EndNs).DefaultIfEmpty(long.MinValue).Max();
        bool unseenEnd = !watched.Signals && !watched.Reaping, beganBefore = _exitingAtStart || dying.StartNs < attachedNs;
        long endNs = _reapedNs ?? _deadNs ?? (unseenEnd && underWay.IsNone ? lastNs : Math.Max(nowNs, lastNs));
        return Make(dying.Cause.Trigger, new Interval(dying.StartNs, Math.Max(dying.StartNs, endNs)), dying.Releases, underWay) with
        {
            ExitsNs = ExitsNs,
            DeadNs = _deadNs,
            ReapedNs = _reapedNs,
            // A device whose release began before the capture was released unseen.
            Unreleased = IsGone && !beganBefore ? [.. _held.Keys.Order(StringComparer.Ordinal)] : [],
            BeganBefore = beganBefore,
            Unfinished = !IsGone && !(unseenEnd && underWay.IsNone),
        };
    }

    // No release has ended yet.
    private Shutdown Closing(UnderWay underWay, long nowNs)
    {
        OperationInFlight[] releasing = [.. underWay.Operations.Where(o => o.Kind == OperationKind.Release)];
        long startNs = releasing.Select(o => o.StartNs).Append(nowNs).Min();
        Trigger trigger = !releasing.Any(o => o.Exiting) ? Trigger.Close : watched.Signals ? Trigger.Exit : Trigger.Unknown;
        return Make(trigger, new Interval(startNs, Math.Max(startNs, nowNs)), [], underWay) with { Unfinished = true };
    }

    private Shutdown Make(Trigger trigger, Interval time, List<Operation> releases, UnderWay underWay)
    {
        string comm = releases.Count > 0 ? releases[0].Process
            : _comm ?? underWay.Operations.Select(o => o.Process).FirstOrDefault() ?? "";
        return new Shutdown(
            new TaskId(tgid, tgid, comm), trigger,
            [.. _signals.Where(s => s.TimeNs >= time.StartNs && s.TimeNs <= time.EndNs)], time, [.. releases])
        {
            EarlierSignals = trigger == Trigger.Close ? [] : [.. _signals.Where(s => s.TimeNs < time.StartNs)],
            Parts = [.. _parts.Concat(underWay.PartsUntil(time.EndNs)).Where(p => p.Time.OverlapNs(time) > 0)],
            Opens = [.. _opens.Where(o => o.Time.OverlapNs(time) > 0)],
            OtherResets = [.. _resets.Where(r => r.Time.OverlapNs(time) > 0)],
            UnderWay = underWay.Operations,
        };
    }

    // The signal that the process may be dying of, while that is not known yet: SIGKILL, or a recent request to end. For a live view
    // (forCertain is false) requests count for longer.
    private SignalDelivered? PendingSignal(long nowNs, bool forCertain)
    {
        if (_signals.Count == 0)
            return null;
        List<DeviceActivity> activity = Activity(nowNs);
        List<SignalDelivered> open = _signals.FindAll(s =>
            (ShutdownCause.MayKill(ShutdownCause.After(s, activity), nowNs) && (ShutdownCause.IsForCertain(s) || _releasedNs > s.TimeNs)) ||
            (!forCertain && ShutdownCause.IsRequest(s) && nowNs - s.TimeNs <= (long)ShutdownCause.Grace.TotalNanoseconds && _releases.Count == 0));
        return open.Find(ShutdownCause.IsRequest) ?? open.FirstOrDefault();
    }

    private List<DeviceActivity> Activity(long untilNs) =>
    [
        .. _releases.Select(r => new DeviceActivity(r.Time, true))
            .Concat(_opens.Select(o => o.Time).Concat(_resets.Select(r => r.Time)).Select(t => new DeviceActivity(t, false)))
            .Where(a => a.Time.EndNs <= untilNs).OrderBy(a => a.Time.StartNs),
    ];

    // What ended before a reported shutdown's end is not the cause of another shutdown.
    private void Clear(long untilNs)
    {
        _releases.RemoveAll(r => r.Time.EndNs <= untilNs);
        (_releasedNs, _exitingReleaseNs) = (long.MinValue, null);
        _releases.ForEach(Latest);
        _signals.RemoveAll(s => s.TimeNs <= untilNs);
        _busyAtStart = false;
    }

    private void Latest(Operation release)
    {
        _releasedNs = Math.Max(_releasedNs, release.Time.EndNs);
        if (release.Exiting)
            _exitingReleaseNs = Math.Min(_exitingReleaseNs ?? long.MaxValue, release.Time.StartNs);
    }

    private void Hold(string device)
    {
        if (!_held.ContainsKey(device))
            _held.Add(device, users.Add(device, this));
    }

    // Only spans that are near in time can belong to one shutdown.
    private static void AddRecent<T>(Queue<T> spans, T span, Func<T, Interval> time)
    {
        long oldestNs = time(span).StartNs - (long)ShutdownCause.Grace.TotalNanoseconds;
        while (spans.TryPeek(out T? oldest) && (time(oldest).EndNs < oldestNs || spans.Count >= MaxSpans))
            spans.Dequeue();
        spans.Enqueue(span);
    }

    /// <param name="StartNs">The time of the cause, else when it began to exit.</param>
    private readonly record struct Dying(ShutdownCause Cause, long StartNs, List<Operation> Releases);
}
