using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Lives;

/// <summary>What is known of one process, as far as letting its devices go is concerned, since its last shutdown.</summary>
/// <param name="tgid">The process.</param>
/// <param name="watched">What can be seen at all.</param>
/// <param name="attachedNs">When all probes were in place, CLOCK_MONOTONIC.</param>
internal sealed class ProcessLife(int tgid, EndsWatched watched, long attachedNs)
{
    // A daemon may be told to read its configuration each minute, for years; another resets a device each second.
    private const int MaxSignals = 64, MaxSpans = 4096;

    private readonly HashSet<string> _held = [];
    private readonly List<SignalDelivered> _signals = [];
    private readonly List<Operation> _releases = [];
    private readonly List<TeardownPart> _parts = [];
    private readonly List<Operation> _opens = [];
    private readonly List<Reset> _resets = [];
    private string? _comm;
    private bool _opensSeen, _exitingAtStart, _busyAtStart;
    private long? _exitsNs, _deadNs, _reapedNs;
    private int? _exitCode;

    /// <summary>It is letting go: devices are released, or it exits with some.</summary>
    public bool IsEnding => _releases.Count > 0 || (IsExiting && HasDevices);

    /// <summary>It has devices, as far as was seen.</summary>
    public bool HasDevices => _held.Count > 0;

    /// <summary>It is on its way out.</summary>
    public bool IsExiting => DyingNs is not null;

    /// <summary>It has devices and was told to go, and may still do so because of that.</summary>
    public bool IsToldToGo(long nowNs) => HasDevices && Told(nowNs, forCertain: false) is not null;

    /// <summary>The kernel said that it is over.</summary>
    public bool IsOver => _reapedNs is not null || (_deadNs is not null && !watched.Reaping);

    /// <summary>When it last did something; <see cref="long.MinValue"/> if it did nothing yet.</summary>
    public long LatestNs => Math.Max(
        _releases.Select(r => r.Time.EndNs).DefaultIfEmpty(long.MinValue).Max(),
        Math.Max(_deadNs ?? long.MinValue, _exitsNs ?? long.MinValue));

    // The kernel says when it begins to exit; else the first device that is released on its way out does.
    private long? DyingNs => ExitsNs
        ?? _releases.Where(r => r.Exiting).Select(r => (long?)r.Time.StartNs).Min()
        ?? _deadNs ?? _reapedNs;

    // Who was exiting already when the capture began has exited since then at the latest.
    private long? ExitsNs => _exitsNs ?? (_exitingAtStart ? attachedNs : null);

    private bool IsGone => _deadNs is not null || _reapedNs is not null;

    /// <summary>What it was at when the capture began.</summary>
    public void Present(ProcessAtStart process)
    {
        _comm = process.Comm;
        _opensSeen = process.Devices is not null;
        _held.UnionWith(process.Devices ?? []);
        (_exitingAtStart, _busyAtStart) = (process.Exiting, process.Busy);
    }

    public void Opened(Operation open)
    {
        _comm = open.Process;
        _opensSeen |= _held.Count == 0;
        if (open.Result >= 0)
            _held.Add(open.Device);
        Add(_opens, open, o => o.Time);
    }

    public void Released(Operation release)
    {
        _releases.Add(release);
        _held.Remove(release.Device);
    }

    /// <summary>Some other process released the device: it is not this one's any more.</summary>
    public void Lost(string device) => _held.Remove(device);

    public void Signalled(SignalDelivered signal)
    {
        _signals.RemoveAll(s => signal.TimeNs - s.TimeNs > (long)ShutdownCause.Grace.TotalNanoseconds && !IsEnding);
        // The first tells what began it, the newest what ends it.
        if (_signals.Count >= MaxSignals)
            _signals.RemoveAt(1);
        _signals.Add(signal);
    }

    public void Had(TeardownPart part) => Add(_parts, part, p => p.Time);

    public void Had(Reset reset) => Add(_resets, reset, r => r.Time);

    public void Advanced(ProcessAdvanced step)
    {
        _comm ??= step.Process.Comm;
        if (step.Step == ProcessStep.Exits)
            (_exitsNs, _exitCode) = (_exitsNs ?? step.TimeNs, _exitCode ?? step.ExitCode);
        else if (step.Step == ProcessStep.Dead)
            _deadNs = step.TimeNs;
        else
            _reapedNs = step.TimeNs;
    }

    /// <summary>The closes that are over for certain: the process goes on without those devices.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC; with nothing of the process under way.</param>
    /// <param name="opensAgain">It goes on to open a device.</param>
    public IReadOnlyList<Shutdown> Settle(long nowNs, bool opensAgain = false)
    {
        if (_releases.Count == 0 || IsExiting || (!opensAgain && nowNs - LatestNs <= (long)CloseBurst.Gap.TotalNanoseconds))
            return [];
        List<CloseBurst> over = Over(nowNs, opensAgain);
        Shutdown[] shutdowns = [.. over.Select(c => Close(c, UnderWay.None, nowNs, long.MaxValue))];
        if (shutdowns.Length > 0)
            Clear(shutdowns[^1].Time.EndNs);
        return shutdowns;
    }

    /// <summary>What it amounts to, in order of time; nothing if it let nothing go, and nothing stayed behind.</summary>
    /// <param name="underWay">What of it is still going on.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public IReadOnlyList<Shutdown> Conclude(UnderWay underWay, long nowNs)
    {
        var (closes, death) = Split(Told(nowNs, forCertain: true), underWay, nowNs);
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

    /// <summary>How far it has come; asked while it is ending, being told to go, or has releases under way.</summary>
    /// <param name="underWay">What of it is going on, oldest first.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public ShutdownInFlight InFlight(UnderWay underWay, long nowNs)
    {
        var (closes, death) = Split(Told(nowNs, forCertain: false), underWay, nowNs);
        Shutdown soFar = death is { } dying ? Death(dying, underWay, nowNs)
            : closes.Count > 0 ? Close(closes[^1], underWay, nowNs, long.MaxValue)
            : Closing(underWay, nowNs);
        ImmutableArray<OperationInFlight> releasing = [.. underWay.Operations.Where(o => o.Kind == OperationKind.Release)];
        return new ShutdownInFlight(
            soFar, releasing, [.. _held.Except(releasing.Select(r => r.Device)).Order(StringComparer.Ordinal)], _opensSeen);
    }

    // Which releases are whose: closes of a process that went on, burst by burst, and those of its death. Who lives yet, but was
    // told to go, is taken to be dying of that.
    private (List<CloseBurst> Closes, Dying? Death) Split(SignalDelivered? told, UnderWay underWay, long nowNs)
    {
        long untilNs = Math.Min(DyingNs ?? nowNs, underWay.SinceNs);
        List<CloseBurst> closes = Over(untilNs, opensAgain: false);
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
        else if (told?.TimeNs > overNs)
            (cause, startNs) = (new ShutdownCause(told, TriggerNames.OfSignal(told.Number)), told.TimeNs);
        else
            return ([.. closes, .. CloseBurst.Split(rest, _parts, long.MaxValue)], null);
        closes.AddRange(CloseBurst.Split(rest.Where(r => r.Time.EndNs <= startNs), _parts, startNs));
        List<Operation> last = [.. rest.Where(r => r.Time.EndNs > startNs).OrderBy(r => r.Time.StartNs)];
        return last.Count > 0 || HasDevices || underWay.IsReleasing ? (closes, new Dying(cause, startNs, last)) : (closes, null);
    }

    // The closes after which the process had nothing to do for so long that it must have gone on; that it opens a device says the
    // same. Not while a signal may turn out to be what it closed them for.
    private List<CloseBurst> Over(long untilNs, bool opensAgain)
    {
        var over = new List<CloseBurst>();
        long overNs = long.MinValue;
        IEnumerable<(Interval, bool)> spans = _releases.Select(r => (r.Time, false)).Concat(_opens.Select(o => (o.Time, true)))
            .Concat(_resets.Select(r => (r.Time, false))).Concat(_parts.Select(p => (p.Time, false)));
        foreach (IdleMoment idle in IdleMoment.Of(spans, untilNs))
        {
            List<Operation> pending = _releases.FindAll(r => r.Time.EndNs > overNs && r.Time.EndNs <= idle.FromNs);
            if (pending.Count == 0)
                continue;
            List<CloseBurst> bursts = CloseBurst.Split(pending, _parts.Where(p => p.Time.EndNs <= idle.FromNs), long.MaxValue);
            bool goesOn = idle.BeforeOpen || (opensAgain && idle.ToNs == untilNs);
            if (!goesOn && (idle.ToNs - bursts[^1].EndNs <= (long)CloseBurst.Gap.TotalNanoseconds || MayBeDying(overNs, idle.ToNs)))
                continue;
            over.AddRange(bursts);
            overNs = bursts[^1].EndNs;
        }
        return over;
    }

    private bool MayBeDying(long sinceNs, long nowNs)
    {
        List<ShutdownCause.Activity> activity = Activity(nowNs);
        return _signals.Exists(s => s.TimeNs > sinceNs && s.TimeNs <= nowNs && ShutdownCause.MayKill(s, activity, nowNs));
    }

    // Closes right before an exit that has more to let go are one with it.
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
        // What the process does when it exits, one day, the closes have not brought about.
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
            // One that was being released when the capture began was so unseen.
            Unreleased = IsGone && !beganBefore ? [.. _held.Order(StringComparer.Ordinal)] : [],
            BeganBefore = beganBefore,
            Unfinished = !IsGone && !(unseenEnd && underWay.IsNone),
        };
    }

    // Nothing is released yet.
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

    // The signal that it may be dying of, if it is not known yet whether it dies: SIGKILL, or a request not long ago. Somebody who
    // looks on is shown requests for longer.
    private SignalDelivered? Told(long nowNs, bool forCertain)
    {
        List<ShutdownCause.Activity> activity = Activity(nowNs);
        List<SignalDelivered> open = _signals.FindAll(s =>
            (ShutdownCause.MayKill(s, activity, nowNs) && (ShutdownCause.IsForCertain(s) || _releases.Exists(r => r.Time.EndNs > s.TimeNs))) ||
            (!forCertain && ShutdownCause.IsRequest(s) && nowNs - s.TimeNs <= (long)ShutdownCause.Grace.TotalNanoseconds && _releases.Count == 0));
        return open.Find(ShutdownCause.IsRequest) ?? open.FirstOrDefault();
    }

    private List<ShutdownCause.Activity> Activity(long untilNs) =>
    [
        .. _releases.Select(r => new ShutdownCause.Activity(r.Time, true))
            .Concat(_opens.Select(o => o.Time).Concat(_resets.Select(r => r.Time)).Select(t => new ShutdownCause.Activity(t, false)))
            .Where(a => a.Time.EndNs <= untilNs).OrderBy(a => a.Time.StartNs),
    ];

    // What is told is told: nothing before its end is the cause of anything else.
    private void Clear(long untilNs)
    {
        _releases.RemoveAll(r => r.Time.EndNs <= untilNs);
        _signals.RemoveAll(s => s.TimeNs <= untilNs);
        _busyAtStart = false;
    }

    // Only what is near in time can be of one shutdown.
    private static void Add<T>(List<T> spans, T span, Func<T, Interval> time)
    {
        long oldestNs = time(span).StartNs - (long)ShutdownCause.Grace.TotalNanoseconds;
        if (spans.Count > 0 && time(spans[0]).EndNs < oldestNs)
            spans.RemoveAll(s => time(s).EndNs < oldestNs);
        if (spans.Count >= MaxSpans)
            spans.RemoveAt(0);
        spans.Add(span);
    }

    /// <param name="StartNs">The cause's time, or else when it began to die.</param>
    private readonly record struct Dying(ShutdownCause Cause, long StartNs, List<Operation> Releases);
}
