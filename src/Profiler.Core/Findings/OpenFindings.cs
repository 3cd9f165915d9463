using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Core.Findings;

/// <summary>
/// Opens that waited for the releases of other processes, or for a reset method that timed out, as resets that programs asked for may, or
/// that take a slow way to the IOMMU.
/// </summary>
public static class OpenFindings
{
    /// <summary>Shorter waits are not reported.</summary>
    private static readonly TimeSpan MinWait = TimeSpan.FromMilliseconds(100);

    /// <param name="reported">The opens to report on, and the resets that programs asked for.</param>
    /// <param name="operations">Operations of all processes.</param>
    /// <param name="facts">What is known beside the events.</param>
    public static ImmutableArray<Finding> For(
        IEnumerable<Operation> reported, IEnumerable<Operation> operations, HostFacts facts)
    {
        ImmutableArray<Operation> all = [.. reported];
        return
        [
            .. AllDelayed(all, operations, facts), .. new[] { ResetFindings.FellBack(all, facts.Devices), IommufdFindings.Compat(all) }.OfType<Finding>(),
        ];
    }

    // A report asks for each of many starts: the releases of all are only put in order for opens that waited.
    private static Finding[] AllDelayed(ImmutableArray<Operation> reported, IEnumerable<Operation> operations, HostFacts facts)
    {
        Operation[] waited = [.. reported.Where(o => o.Kind == OperationKind.Open && !o.LockWaits.IsEmpty)];
        if (waited.Length == 0)
            return [];
        Operation[] inOrder = [.. operations.Where(o => o.Kind == OperationKind.Release).OrderBy(o => o.Time.StartNs)];
        using var releases = new ReleaseIndex(inOrder);
        return [.. waited.Select(open => Delayed(open, releases, facts)).OfType<Finding>()];
    }

    /// <summary>The finding about an open; null if it did not wait for these releases.</summary>
    /// <param name="open">The open.</param>
    /// <param name="releases">Releases of any processes.</param>
    /// <param name="facts">What is known beside the events.</param>
    internal static Finding? Delayed(Operation open, ReleaseIndex releases, HostFacts facts)
    {
        List<Holder> holders =
        [
            .. open.LockWaits.SelectMany(w => w.Holders).Where(h => h.Task is { } task && task.Tgid != open.Task.Tgid &&
                releases.During(h, h.Time) is not null),
        ];
        long waitedNs = holders.Sum(h => h.Ns);
        if (waitedNs < MinWait.TotalNanoseconds)
            return null;
        return new Finding(FindingKinds.OpenDelayed, () => new FindingDetails(
            $"{facts.NameOf(open.Task.Tgid, open.Process)} needed {Figures.Text(open.Time.DurationNs)} to open {open.Device}: for " +
            $"{Figures.Text(waitedNs)} of it {Figures.List(holders.Select(h => facts.NameOf(h.Task!.Tgid, h.Process ?? h.Task.Comm)))} " +
            $"held the lock while releasing {Figures.List(holders.Select(h => h.Device!))}",
            OfVfs(open, holders, facts)
                ? $"start a VM with a virtual function after one with another is gone, or use {VfDevSet.Kernel}: there they do not wait for each other"
                : "give a VM that starts while another one stops devices of another reset domain, or start it after the other one is gone")
        {
            Devices = [open.Device, .. holders.Select(h => h.Device!).Distinct()],
            Locks = [.. open.LockWaits.Select(w => w.Lock).Distinct()],
            Numbers = Finding.Known(("open_ns", open.Time.DurationNs), ("waited_ns", waitedNs)),
        })
        {
            CostNs = waitedNs,
        };
    }

    private static bool OfVfs(Operation open, List<Holder> holders, HostFacts facts)
    {
        var vfs = new VfDevSet(facts.Devices);
        foreach (LockWait wait in open.LockWaits)
            vfs.Waited(open.Device, wait.Kind);
        foreach (Holder holder in holders)
            vfs.Held(holder.Device);
        return vfs.Is;
    }
}
