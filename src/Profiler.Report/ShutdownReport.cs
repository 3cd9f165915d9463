using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Linux;

namespace Profiler.Report;

/// <summary>Converts shutdowns, operations and findings to their form in the report.</summary>
/// <param name="facts">Names of processes and devices.</param>
/// <param name="locks">Names of locks.</param>
/// <param name="evidence">Whether something that was not seen did not happen.</param>
/// <param name="limit">The reader's own time limit of a shutdown; null for none.</param>
public sealed class ShutdownReport(HostFacts facts, LockNames locks, Evidence evidence, StopLimit? limit = null)
{
    public ReportShutdown Of(Shutdown s)
    {
        ShutdownPhases phases = s.Phases;
        return new ReportShutdown(
            s.Task.Tgid,
            s.Task.Comm,
            Vm(s.Task.Tgid),
            s.Trigger.Name(),
            [.. s.Signals.Select(Of)],
            [.. s.EarlierSignals.Select(Of)],
            s.Time.StartNs,
            s.Time.DurationNs,
            s.BeganBefore,
            s.Unfinished,
            s.Gone,
            s.LockWaitNs,
            s.ResetNs,
            s.PeakConcurrency,
            phases[Phase.Unattributed],
            s.IfParallelNs,
            new SortedDictionary<string, long>(
                PhaseNames.All.Where(p => p.Phase != Phase.Unattributed).ToDictionary(p => p.Field, p => phases[p.Phase])),
            s.Unmapped is { } u
                ? new ReportUnmapped(u.Mappings, u.Bytes, u.UnpinnedBytes, u.Pieces?.AtLeast, u.Pieces?.AtMost, s.UnmappedInNs)
                : null,
            [.. s.Releases.Select(r => Of(r) with { ClosedBy = ClosedBy(r, s) })],
            [.. s.UnderWay.Select(Of)],
            [.. s.Unreleased.Select(Unreleased)],
            Of(Finding.ByCost([.. ShutdownFindings.For(s, facts, evidence), .. OwnLimit(s)])));
    }

    public static ReportUnderWay Of(OperationInFlight o) => new(
        o.Kind.Name(), o.Device, o.Task.Tid, o.StartNs, o.State.Name(), o.StateSinceNs,
        o.State == OperationState.Resetting ? o.Method.Name() : null, Of(o.FailedAttempts));

    public ReportDevice Of(Operation o) => new(
        o.Device,
        Name(o.Device),
        o.Task.Tgid,
        o.Task.Tid,
        o.Process,
        Vm(o.Task.Tgid),
        o.Time.StartNs,
        o.Time.DurationNs,
        o.LockWaitNs,
        o.ResetNs,
        o.LongestReset?.Method.Name(),
        [.. o.Resets.Select(Of)],
        o.Lock == 0 ? null : locks.Of(o.Lock),
        [
            .. o.LockWaits.Select(w => new ReportLockWait(
                locks.Of(w.Lock), w.Kind.Name(), w.AsWriter, w.Time.StartNs, w.Time.DurationNs, w.Stack)),
        ],
        [
            .. o.LockWaits.SelectMany(w => w.Holders.Select(h => new ReportHolder(
                locks.Of(w.Lock), w.Kind.Name(), w.AsWriter, h.Task?.Tid, h.Task?.Tgid, h.Process,
                h.Task is { } task ? Vm(task.Tgid) : null, h.Device, h.Ns, h.ResetNs))),
        ],
        o.TriedLocks.IsEmpty
            ? null
            :
            [
                .. o.TriedLocks.Select(t => new ReportTriedLock(
                    t.Device, t.Holder?.Task.Tid, t.Holder?.Task.Tgid, t.Holder?.Process, t.Holder is { } h ? Vm(h.Task.Tgid) : null, t.Holder?.Device)),
            ],
        o.Stack,
        o.Partial,
        o.IommufdCompat,
        Error(o.Result));

    private static ReportClosedBy? ClosedBy(Operation release, Shutdown s) => s.IsByOther(release)
        ? new ReportClosedBy(release.ByKernelThread, !release.ByKernelThread || release.Task.Tgid != s.Task.Tgid, s.AfterDeathNs(release))
        : null;

    public static ReportReset Of(Reset r) => new(
        r.Method.Name(), Of(r.Attempts), r.Time.StartNs, r.Time.DurationNs, r.Result, Error(r.Result),
        [.. r.Parts.Select(p => new ReportResetPart(p.Step.Name(), p.Device, p.Time.StartNs, p.Time.DurationNs))],
        r.Stack);

    public ImmutableArray<ReportFinding> Of(IEnumerable<Finding> findings) =>
    [
        .. findings.Select(f => new ReportFinding(
            f.Id, f.Severity.Name(), f.Seconds, f.Devices, [.. f.Locks.Select(locks.Of)], f.Numbers, f.Text, f.Remedy)),
    ];

    /// <summary>The locks that were waited for, the longest sum of waits first.</summary>
    public ImmutableArray<ReportLock> Locks(IReadOnlyList<Operation> operations)
    {
        ILookup<ulong, string> users = operations.ToLookup(o => o.Lock, o => o.Device);
        return
        [
            .. operations
                .SelectMany(o => o.LockWaits.Select(w => (Operation: o, Wait: w)))
                .GroupBy(w => w.Wait.Lock)
                .OrderByDescending(g => g.Sum(w => w.Wait.Time.DurationNs)).ThenBy(g => g.Key)
                .Select(g => new ReportLock(
                    locks.Of(g.Key),
                    g.Max(w => w.Wait.Kind).Name(),
                    [
                        .. g.Select(w => w.Operation.Device)
                            .Concat(users[g.Key])
                            .Concat(LockWait.HoldersOf(g.Select(w => w.Wait)).Select(h => h.Device).OfType<string>())
                            .Distinct().Order(StringComparer.Ordinal),
                    ],
                    g.Count(),
                    g.Sum(w => w.Wait.Time.DurationNs),
                    g.Max(w => w.Wait.Time.DurationNs))),
        ];
    }

    public static ReportDeviceIdentity Of(DeviceIdentity device) => new(
        device.Bdf, DeviceNames.Of(device), device.VendorId, device.DeviceId, device.IommuGroup, device.Driver,
        device.ResetMethods is { } methods ? [.. methods] : null, [.. device.DevSetMates], device.PhysicalFunction);

    public string? Vm(int pid) => facts.VmNames.GetValueOrDefault(pid);

    private static ImmutableArray<ReportResetAttempt> Of(ImmutableArray<ResetAttempt> attempts) =>
    [
        .. attempts.Select(a => new ReportResetAttempt(a.Method.Name(), a.Time.StartNs, a.Time.DurationNs, a.Result, Error(a.Result))),
    ];

    internal static string? Error(int result) => result < 0 ? Errno.Name(result) : null;

    private IEnumerable<Finding> OwnLimit(Shutdown s) =>
        limit is not null && ShutdownFindings.For(s, limit) is { } finding ? [finding] : [];

    private static ReportSignal Of(SignalDelivered signal) =>
        new(Signals.Name(signal.Number), signal.TimeNs, signal.Sender.Tgid, signal.Sender.Comm);

    private ReportUnreleased Unreleased(string device) => new(
        device,
        Name(device),
        [
            .. (facts.StillHeld.GetValueOrDefault(device)?.Holders ?? [])
                .Select(h => new ReportHeldBy(h.Pid, h.Comm, Vm(h.Pid), h.Certain)),
        ]);

    private string? Name(string bdf) => facts.Devices.TryGetValue(bdf, out DeviceIdentity? device) ? DeviceNames.Of(device) : null;
}
