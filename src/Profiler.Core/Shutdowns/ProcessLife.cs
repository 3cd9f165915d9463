using System.Collections.Immutable;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core.Shutdowns;

/// <summary>What is known of one process, as far as its end is concerned.</summary>
/// <param name="tgid">The process.</param>
internal sealed class ProcessLife(int tgid)
{
    /// <summary>How long before the first release the signal may be that caused it. libvirt waits 10 s
    /// before it kills; a guest may take minutes to stop.</summary>
    public static readonly TimeSpan SignalMemory = TimeSpan.FromMinutes(10);

    // A daemon may be told to read its configuration each minute, for years.
    private const int MostSignals = 64;

    private readonly HashSet<string> _held = [];
    private readonly List<SignalDelivered> _signals = [];
    private readonly List<Operation> _releases = [];
    private readonly List<TeardownPart> _parts = [];
    private string? _comm;
    private bool _opensSeen;
    private long? _exitsNs, _deadNs, _reapedNs;

    /// <summary>It is letting go: devices are released, or it exits with some.</summary>
    public bool IsEnding => _releases.Count > 0 || (_exitsNs is not null && _held.Count > 0);

    /// <summary>It has devices, as far as was seen.</summary>
    public bool HasDevices => _held.Count > 0;

    /// <summary>It has devices and was told to go, not long before a moment.</summary>
    public bool IsToldToGo(long nowNs) =>
        HasDevices && _signals.Exists(s => s.TimeNs > nowNs - (long)SignalMemory.TotalNanoseconds);

    /// <summary>The kernel said that it is over.</summary>
    public bool IsOver(bool reapSeen) => _reapedNs is not null || (_deadNs is not null && !reapSeen);

    /// <summary>When it last did something; <see cref="long.MinValue"/> if it did nothing yet.</summary>
    public long LatestNs => Math.Max(
        _releases.Select(r => r.Time.EndNs).DefaultIfEmpty(long.MinValue).Max(),
        Math.Max(_deadNs ?? long.MinValue, _exitsNs ?? long.MinValue));

    public void Opened(Operation open)
    {
        _comm = open.Process;
        _opensSeen = true;
        if (open.Result >= 0)
            _held.Add(open.Device);
    }

    /// <summary>It has had these devices since before anybody watched; they are all it has.</summary>
    public void Holds(string comm, IEnumerable<string> devices)
    {
        _comm = comm;
        _opensSeen = true;
        _held.UnionWith(devices);
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
        if (!IsEnding)
            _signals.RemoveAll(s => s.TimeNs <= signal.TimeNs - (long)SignalMemory.TotalNanoseconds);
        // The first tells what began it, the newest what ends it.
        if (_signals.Count >= MostSignals)
            _signals.RemoveAt(1);
        _signals.Add(signal);
    }

    public void Had(TeardownPart part)
    {
        _parts.RemoveAll(p => p.Time.EndNs < part.Time.StartNs - (long)SignalMemory.TotalNanoseconds);
        _parts.Add(part);
    }

    public void Advanced(ProcessAdvanced step)
    {
        _comm ??= step.Process.Comm;
        if (step.Step == ProcessStep.Exits)
            _exitsNs ??= step.TimeNs;
        else if (step.Step == ProcessStep.Dead)
            _deadNs = step.TimeNs;
        else
            _reapedNs = step.TimeNs;
    }

    /// <summary>What it amounts to; null if it let nothing go, and nothing stayed behind.</summary>
    /// <param name="signalsSeen">False if signals are not watched: then an exit's reason is unknown.</param>
    public Shutdown? Conclude(bool signalsSeen)
    {
        bool gone = _deadNs is not null || _reapedNs is not null;
        if (!IsEnding && !(gone && HasDevices))
            return null;
        ImmutableArray<Operation> releases = [.. _releases.OrderBy(r => r.Time.StartNs)];
        long? firstReleaseNs = releases.IsEmpty ? null : releases[0].Time.StartNs;
        bool exiting = releases.IsEmpty || releases.Any(r => r.Exiting);
        long lastNs = LastNs(releases);
        long firstNs = Math.Min(firstReleaseNs ?? long.MaxValue, (exiting ? _exitsNs : null) ?? firstReleaseNs ?? lastNs);
        SignalDelivered? cause = _signals.FirstOrDefault(
            s => s.TimeNs <= firstNs && s.TimeNs > firstNs - (long)SignalMemory.TotalNanoseconds);
        // A process that only closed its devices may live on: its death, one day, has nothing to do with them.
        bool ended = gone && (cause is not null || exiting);
        var time = new Interval(cause?.TimeNs ?? firstNs, ended ? (_reapedNs ?? _deadNs)!.Value : lastNs);
        return new Shutdown(
            new TaskId(tgid, tgid, releases.IsEmpty ? _comm ?? "" : releases[0].Process),
            TriggerOf(cause, exiting && (releases.IsEmpty || releases[0].Exiting), signalsSeen),
            [.. _signals.Where(s => s.TimeNs > firstNs - (long)SignalMemory.TotalNanoseconds && s.TimeNs <= time.EndNs)],
            time,
            releases)
        {
            ExitsNs = cause is not null || exiting ? _exitsNs : null,
            DeadNs = _deadNs,
            ReapedNs = _reapedNs,
            Parts = [.. _parts.Where(p => p.Time.OverlapNs(time) > 0)],
            Unreleased = gone ? [.. _held.Order()] : [],
        };
    }

    /// <summary>How far it has come; asked while it is ending, being told to go, or has releases under way.</summary>
    /// <param name="releasing">Its releases under way, oldest first.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    /// <param name="signalsSeen">False if signals are not watched.</param>
    public ShutdownInFlight UnderWay(ImmutableArray<OperationInFlight> releasing, long nowNs, bool signalsSeen) => new(
        Conclude(signalsSeen) ?? Begun(releasing, nowNs, signalsSeen),
        releasing,
        [.. _held.Except(releasing.Select(r => r.Device)).Order(StringComparer.Ordinal)],
        _opensSeen);

    // No release is over yet.
    private Shutdown Begun(ImmutableArray<OperationInFlight> releasing, long nowNs, bool signalsSeen)
    {
        long firstNs = releasing.Select(r => r.StartNs).DefaultIfEmpty(nowNs).Min();
        ImmutableArray<SignalDelivered> signals = [.. _signals.Where(s => s.TimeNs > firstNs - (long)SignalMemory.TotalNanoseconds)];
        SignalDelivered? cause = signals.FirstOrDefault(s => s.TimeNs <= firstNs);
        long startNs = cause?.TimeNs ?? firstNs;
        return new Shutdown(
            new TaskId(tgid, tgid, _comm ?? releasing.Select(r => r.Process).FirstOrDefault() ?? ""),
            TriggerOf(cause, releasing.Any(r => r.Exiting), signalsSeen), signals, new Interval(startNs, Math.Max(startNs, nowNs)), []);
    }

    // What follows from the last close, the unmapping say, belongs to it even if the process lives on.
    private long LastNs(ImmutableArray<Operation> releases)
    {
        long last = releases.Select(r => r.Time.EndNs).DefaultIfEmpty(LatestNs).Max();
        foreach (TeardownPart part in _parts.Where(p => p.Step is TeardownStep.Iommu or TeardownStep.Kvm))
            last = Math.Max(last, part.Time.EndNs);
        return last;
    }

    private static Trigger TriggerOf(SignalDelivered? cause, bool exiting, bool signalsSeen) => (cause?.Number, exiting) switch
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
