using System.Collections.Immutable;

namespace Profiler.Core.Stuck;

/// <summary>Concludes what is stuck from two looks at a host. What the kernel does not say, but follows, is marked as not certain.</summary>
/// <param name="earlier">The first look.</param>
/// <param name="later">The second one; the answer is about its moment.</param>
public sealed class StuckAnalysis(HostLook earlier, HostLook later)
{
    private readonly DeviceUsers _users = new(later);
    private readonly Dictionary<(int, int), ThreadLook> _before =
        earlier.Processes.SelectMany(p => p.Threads.Select(t => (Key: (p.Pid, t.Tid), t))).GroupBy(t => t.Key).ToDictionary(g => g.Key, g => g.First().t);

    /// <summary>All that is stuck.</summary>
    public StuckAnswer Answer()
    {
        ImmutableArray<(ProcessLook Process, ThreadLook Look)> all = [.. later.Processes.SelectMany(p => p.Threads.Select(t => (p, t))).Where(t => Counts(t.p, t.t))];
        ImmutableArray<StuckThread> alone = [.. all.Select(t => Describe(t.Process, t.Look, all))];
        return new StuckAnswer(
            later.AtNs - earlier.AtNs,
            [
                .. alone.Select(t => t with { Wait = WaitOf(t, alone) })
                    .OrderBy(t => t.Look.State != 'D').ThenBy(t => t.Wait is null).ThenBy(t => t.SeenNs == 0).ThenBy(t => t.Process.Pid).ThenBy(t => t.Look.Tid),
            ],
            [.. later.Devices.Select(d => new StuckDevice(d.Identity, d.Enabled, _users.Of(d)))]);
    }

    // A process without a VFIO file is in the look for such a thread only, or because it exits.
    private static bool Counts(ProcessLook process, ThreadLook thread) =>
        KernelFunctions.IsKnown(thread.Stack) || (thread.State == 'D' && process.Files != VfioFiles.None);

    private StuckThread Describe(ProcessLook process, ThreadLook look, ImmutableArray<(ProcessLook Process, ThreadLook Look)> all)
    {
        KernelActivity activity = KernelFunctions.ActivityOf(look.Stack);
        KernelStep step = KernelFunctions.LockOf(look.State, look.Stack) is null ? KernelFunctions.StepOf(look.Stack) : KernelStep.LockWait;
        _before.TryGetValue((process.Pid, look.Tid), out ThreadLook? before);
        bool stayed = before is not null && before.State == look.State && before.Stack.SequenceEqual(look.Stack);
        bool? ran = before?.Turns is { } then && look.Turns is { } now ? now != then || look.State == 'R' : null;
        return new StuckThread(process, look, activity, step, DeviceOf(process, look, activity, all), stayed ? later.AtNs - earlier.AtNs : 0, ran, null);
    }

    // By what it writes, else by elimination: one thread that releases, and one device that is in use and open nowhere.
    private Likely? DeviceOf(ProcessLook process, ThreadLook look, KernelActivity activity, ImmutableArray<(ProcessLook Process, ThreadLook Look)> all)
    {
        if (look.Writes?.Device is { } written)
            return new Likely(written, true);
        return activity == KernelActivity.Release && all.Count(t => KernelFunctions.ActivityOf(t.Look.Stack) == KernelActivity.Release) == 1 &&
               _users.Closing(process) is [var only] ? new Likely(only, false) : null;
    }

    private StuckWait? WaitOf(StuckThread waiter, ImmutableArray<StuckThread> all)
    {
        if (KernelFunctions.LockOf(waiter.Look.State, waiter.Look.Stack) is { } wanted)
            return new StuckWait(wanted, [.. all.Where(t => MayHold(t, wanted, waiter)).Select(t => new StuckHolder(t.Process, t.Look.Tid, t.Activity, t.Step, false))]);
        return waiter.Step == KernelStep.WaitForUsers ? new StuckWait(null, UsersOf(waiter)) : null;
    }

    private bool MayHold(StuckThread other, KernelLock wanted, StuckThread waiter) =>
        (other.Process.Pid, other.Look.Tid) != (waiter.Process.Pid, waiter.Look.Tid) && other.Step != KernelStep.LockWait && wanted switch
        {
            KernelLock.DevSet => other.Activity is KernelActivity.Release or KernelActivity.Open or KernelActivity.HotReset && ShareDevSet(other, waiter),
            KernelLock.Device => waiter.Device is not null && other.Device?.Bdf == waiter.Device.Bdf,
            KernelLock.RescanRemove => other.Activity == KernelActivity.Remove,
            _ => false,
        };

    // True also if it is not known which devices they are about.
    private bool ShareDevSet(StuckThread a, StuckThread b)
    {
        ImmutableArray<string> ofA = DevSetsOf(a), ofB = DevSetsOf(b);
        return ofA.IsEmpty || ofB.IsEmpty || ofA.Intersect(ofB).Any();
    }

    // Each named by its first device.
    private ImmutableArray<string> DevSetsOf(StuckThread thread)
    {
        IEnumerable<string> about = thread.Device is { } device ? [device.Bdf] : _users.Around(thread.Process);
        return
        [
            .. later.Devices.Where(d => about.Contains(d.Identity.Bdf))
                .Select(d => d.Identity.DevSetMates.Append(d.Identity.Bdf).Min(StringComparer.Ordinal)!).Distinct(),
        ];
    }

    private ImmutableArray<StuckHolder> UsersOf(StuckThread waiter) =>
        waiter.Device is not { } about || later.Devices.FirstOrDefault(d => d.Identity.Bdf == about.Bdf) is not { } device
            ? []
            :
            [
                .. _users.Of(device).Where(u => u.Use is DeviceUse.Open or DeviceUse.Exiting)
                    .Select(u => new StuckHolder(u.Process, null, KernelActivity.Other, KernelStep.Other, u.Certain)),
            ];
}
