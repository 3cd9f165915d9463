using System.Collections.Concurrent;
using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Statistics;

/// <summary>Maximum numbers of devices and VMs with figures of their own; the rest is aggregated as "other".</summary>
/// <param name="Devices">Pairs of a device and the VM or process that released it.</param>
/// <param name="Vms">VMs, and other processes by name.</param>
public readonly record struct StatisticsLimits(int Devices, int Vms);

/// <summary>
/// Figures of a host's devices and VMs, in bounded memory. The pipeline calls it under its lock, so that a snapshot is of the same
/// moment as the rest.
/// </summary>
public sealed class HostStatistics : IAccumulator
{
    /// <summary>The name under which devices or VMs beyond a limit are aggregated.</summary>
    public const string Other = "other";

    private readonly HostFacts _facts;
    private readonly Func<long, DateTimeOffset> _wallClock;
    private readonly Func<Evidence> _evidence;
    private readonly BoundedSeries<string, VmTotals> _vms;
    private readonly BoundedSeries<(string Device, string Vm), DeviceTotals> _devices;
    private readonly FindingCounts _findings = new();
    private readonly StopTimes _stopTimes = new();
    private readonly DeviceFindings _deviceFindings;
    private readonly RecentDurations _recent;
    private readonly ConcurrentQueue<ResetDamage> _damages = [];
    private readonly int _maxDevices;
    private readonly Exemplars _exemplars;
    private readonly CallTime _time;
    private double? _libvirtFailureDevices;
    private long _beganBefore, _unfinished;
    private DmaMapping _mapped;
    private long _unpinnedBytes;

    /// <param name="limits">Maximum numbers.</param>
    /// <param name="exemplarBoundsNs">Upper bounds of the buckets with exemplars, inclusive, ascending, nanoseconds.</param>
    /// <param name="facts">Names of processes and devices; may grow.</param>
    /// <param name="wallClock">Converts CLOCK_MONOTONIC nanoseconds of the events.</param>
    /// <param name="time">The clock after which unused series are removed.</param>
    /// <param name="evidence">Whether something that was not seen did not happen; by default it did not. Asked for only if a finding depends on it.</param>
    /// <param name="recent">The window of the longest recent value; by default <see cref="RecentDurations.DefaultWindow"/>.</param>
    public HostStatistics(
        StatisticsLimits limits, ImmutableArray<long> exemplarBoundsNs, HostFacts facts,
        Func<long, DateTimeOffset> wallClock, TimeProvider time, Func<Evidence>? evidence = null,
        TimeSpan? recent = null)
    {
        time = _time = new CallTime(time);
        _evidence = evidence ?? (() => Evidence.Complete);
        _maxDevices = limits.Devices;
        _deviceFindings = new DeviceFindings(limits.Devices, time);
        _recent = new RecentDurations(time, recent ?? RecentDurations.DefaultWindow);
        (_facts, _wallClock) = (facts, new EventClock(wallClock).Of);
        _vms = new BoundedSeries<string, VmTotals>(limits.Vms, Other, time);
        _devices = new BoundedSeries<(string, string), DeviceTotals>(limits.Devices, (Other, Other), time);
        _exemplars = new Exemplars(exemplarBoundsNs);
        // On the thread of those who look.
        facts.Learned += fact =>
        {
            if (fact is ResetDamage damage)
                _damages.Enqueue(damage);
        };
    }

    /// <inheritdoc cref="FindingCounts.Found"/>
    public Action<FoundFinding>? Found
    {
        get => _findings.Found;
        set => _findings.Found = value;
    }

    /// <summary>Takes an activity that has ended.</summary>
    public void Record(Activity activity)
    {
        if (activity is not (Operation or StandaloneReset))
            return; // it has no duration
        _time.Read();
        foreach (Duration duration in Duration.Of(activity))
            _recent.Record(duration);
        if (activity is not Operation operation)
            return;
        if (operation.Kind == OperationKind.Open)
        {
            _findings.Add(operation, _facts);
            _exemplars.Record(operation, _wallClock);
            return;
        }
        if (operation.Kind != OperationKind.Release)
            return;
        DeviceTotals device = _devices[(operation.Device, _vms.Admit(NameOf(operation.Task.Tgid, operation.Process)))];
        device.Releases++;
        device.ReleaseNs += operation.Time.DurationNs;
        device.LastNs = operation.Time.DurationNs;
        device.LastEnd = _wallClock(operation.Time.EndNs);
    }

    /// <summary>
    /// Takes a shutdown that is over. Of one that was not seen from begin to end only the findings count: its times would be too short.
    /// </summary>
    public void Record(Shutdown shutdown)
    {
        _time.Read();
        RecordDamages();
        string vm = _vms.Admit(NameOf(shutdown.Task.Tgid, shutdown.Task.Comm));
        foreach (Duration duration in Duration.Of(shutdown))
            _recent.Record(duration);
        _exemplars.Record(shutdown, _wallClock);
        _deviceFindings.Record(_findings.Add(shutdown, _facts, _evidence), vm, _wallClock(shutdown.Time.EndNs));
        _beganBefore += shutdown.BeganBefore ? 1 : 0;
        _unfinished += shutdown.Unfinished ? 1 : 0;
        _unpinnedBytes += shutdown.Unmapped?.UnpinnedBytes ?? 0;
        _stopTimes.Record(shutdown, _facts.Devices);
        if (shutdown.IsWhole)
            RecordWhole(shutdown, vm);
    }

    /// <summary>Takes a start that is over. Of one that failed, or was not seen from begin to end, only the findings count.</summary>
    public void Record(Start start)
    {
        _time.Read();
        string vm = _vms.Admit(NameOf(start.Task.Tgid, start.Task.Comm));
        foreach (Duration duration in Duration.Of(start))
            _recent.Record(duration);
        _exemplars.Record(start, _wallClock);
        _mapped += start.Mapped;
        _deviceFindings.Record(_findings.Add(start), vm, _wallClock(start.Time.EndNs));
        if (start.IsWhole)
            _vms[vm].LastStart = new LastStart(start.Time.DurationNs, start.Opens.Length, _wallClock(start.Time.EndNs), start.Phases);
    }

    /// <summary>A recording of these was kept: their exemplars name it.</summary>
    public void Name(KeptLives kept) => _exemplars.Name(kept, _wallClock);

    /// <summary>Releases in progress, by device and VM; the oldest, up to the maximum number of devices.</summary>
    /// <param name="operations">All operations in progress.</param>
    public ImmutableArray<ReleaseInFlight> ReleasesInFlight(IEnumerable<OperationInFlight> operations) =>
    [
        .. operations
            .Where(o => o.Kind == OperationKind.Release)
            .GroupBy(o => (o.Device, Vm: NameOf(o.Task.Tgid, o.Process)))
            .Select(g => (g.Key.Device, g.Key.Vm, StartNs: g.Min(o => o.StartNs)))
            .OrderBy(r => r.StartNs)
            .Take(_maxDevices)
            .Select(r => new ReleaseInFlight(r.Device, r.Vm, _wallClock(r.StartNs))),
    ];

    object IAccumulator.Snapshot() => Snapshot();

    /// <summary>The figures at this moment.</summary>
    public HostStatisticsSnapshot Snapshot()
    {
        _time.Read();
        RecordDamages();
        return Figures();
    }

    private HostStatisticsSnapshot Figures() => new(
        [
            .. _devices.All()
                .Select(d => new DeviceSnapshot(d.Key.Device, d.Key.Vm, d.Value.Releases, d.Value.ReleaseNs, d.Value.LastNs)
                {
                    LastEnd = d.Value.LastEnd,
                })
                .OrderBy(d => d.Device, StringComparer.Ordinal).ThenBy(d => d.Vm, StringComparer.Ordinal),
        ],
        [
            .. _vms.All()
                .Where(v => v.Value.Last is not null)
                .Select(v => KeyValuePair.Create(v.Key, v.Value.Last!))
                .OrderBy(v => v.Key, StringComparer.Ordinal),
        ],
        _findings.Snapshot(), _exemplars.Snapshot(), _libvirtFailureDevices, _devices.Folded + _deviceFindings.Folded, _vms.Folded)
    {
        Recent = _recent.Snapshot(),
        DeviceFindings = _deviceFindings.Snapshot(),
        StopTimes = _stopTimes.Snapshot(),
        Starts =
        [
            .. _vms.All()
                .Where(v => v.Value.LastStart is not null)
                .Select(v => KeyValuePair.Create(v.Key, v.Value.LastStart!))
                .OrderBy(v => v.Key, StringComparer.Ordinal),
        ],
        Mapped = _mapped,
        UnpinnedBytes = _unpinnedBytes,
        BeganBefore = _beganBefore,
        Unfinished = _unfinished,
    };

    private void RecordWhole(Shutdown shutdown, string vm)
    {
        LastShutdown? before = _vms[vm].Last;
        var last = new LastShutdown(
            shutdown.Time.DurationNs, shutdown.Releases.Length + shutdown.Unreleased.Length,
            _wallClock(shutdown.Time.EndNs), shutdown.Phases)
        {
            EndNs = shutdown.Time.EndNs,
        };
        // A shutdown that is concluded later may have ended earlier.
        if (before is not null && before.EndNs > last.EndNs)
            return;
        _vms[vm].Last = last;
        if (_facts.HasLibvirtLimits(shutdown.Task.Tgid) && LibvirtProjection.FailureDevices(shutdown) is { } devices)
            _libvirtFailureDevices = devices;
    }

    private void RecordDamages()
    {
        while (_damages.TryDequeue(out ResetDamage? damage))
            _deviceFindings.Record(_findings.Add(damage, _facts), _vms.Admit(NameOf(damage.Tgid, damage.Process)), _wallClock(damage.EndNs));
    }

    private string NameOf(int tgid, string comm) => _facts.VmNames.GetValueOrDefault(tgid) ?? comm;

    private sealed class DeviceTotals
    {
        public long Releases { get; set; }

        public long ReleaseNs { get; set; }

        public long LastNs { get; set; }

        public DateTimeOffset LastEnd { get; set; }
    }

    private sealed class VmTotals
    {
        public LastShutdown? Last { get; set; }

        public LastStart? LastStart { get; set; }
    }
}
