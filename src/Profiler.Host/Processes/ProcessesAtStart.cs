using System.Collections.Immutable;
using Profiler.Core.Facts;

namespace Profiler.Host.Processes;

/// <summary>
/// Which processes have to do with VFIO devices when a capture begins: those that have one open, and those that are just
/// closing them. A dying process has no descriptors any more while the kernel still closes its files one after another;
/// then its threads' stacks say it, and the devices that are still enabled and that nobody has open.
/// </summary>
/// <param name="proc">Who there is.</param>
/// <param name="holders">Who has what open.</param>
internal sealed class ProcessesAtStart(ProcFs proc, DeviceHolders holders)
{
    // A thread on a CPU has no stack to be read, and between two devices it has others on it: another look may find one.
    private const int Looks = 3;

    // vfio_device_fops_release, vfio_pci_release, vfio_pci_core_disable, vfio_group_fops_release, …
    private const string OfVfio = "vfio", ClosesFiles = "__fput", IsReleasing = "release";

    /// <summary>Looks who there is.</summary>
    /// <param name="devices">The devices of this machine that have a VFIO driver.</param>
    /// <param name="isEnabled">Is this one in use?</param>
    /// <param name="found">Gets each as soon as it is seen, before it is asked what it has: from then on its end is told.</param>
    public IReadOnlyList<ProcessAtStart> Find(
        IReadOnlyList<DeviceIdentity> devices, Func<string, bool> isEnabled, Action<int> found)
    {
        var living = new List<ProcessAtStart>();
        var dying = new List<int>();
        foreach (int pid in proc.Processes())
        {
            if (holders.HasAny(pid))
            {
                found(pid);
                living.Add(Describe(pid, devices));
            }
            else if (proc.StatOf(pid) is { IsExiting: true, IsKernelThread: false })
            {
                dying.Add(pid);
            }
        }
        string[] unheld = [.. devices.Select(d => d.Bdf).Where(isEnabled).Except(living.SelectMany(p => p.Devices ?? []))];
        int[] closing = [.. dying.Where(pid => Closes(pid, unheld.Length > 0 && living.TrueForAll(p => p.Devices is not null)))];
        foreach (int pid in closing)
            found(pid);
        // Of several it cannot be told who has what; nor if somebody else may have it.
        bool theirs = closing.Length == 1 && living.TrueForAll(p => p.Devices is not null);
        return
        [
            .. living,
            .. closing.Select(pid => new ProcessAtStart(pid, proc.CommOf(pid), theirs ? [.. unheld] : null, Exiting: true)),
        ];
    }

    private ProcessAtStart Describe(int pid, IReadOnlyList<DeviceIdentity> devices)
    {
        ImmutableArray<string>? open = holders.DevicesOf(pid, group => devices.Where(d => d.IommuGroup == group).Select(d => d.Bdf));
        // Single threads end at any time; a process does when all of them do.
        bool exiting = proc.ThreadsOf(pid).All(thread => proc.StatOf(pid, thread) is not { IsExiting: false });
        return new ProcessAtStart(pid, proc.CommOf(pid), open, exiting, Busy: !exiting && proc.ThreadsOf(pid).Any(thread => IsReleasingOne(pid, thread)));
    }

    private bool IsReleasingOne(int pid, int thread) =>
        Frames(pid, thread).Any(f => f.Contains(OfVfio, StringComparison.Ordinal) && f.Contains(IsReleasing, StringComparison.Ordinal));

    // Without devices that somebody must have had, only what shows VFIO on its stack counts.
    private bool Closes(int pid, bool devicesAreMissing)
    {
        for (int look = 0; look < Looks; look++)
        {
            foreach (int thread in proc.ThreadsOf(pid))
            {
                string[] frames = Frames(pid, thread);
                if (frames.Any(f => f.Contains(OfVfio, StringComparison.Ordinal)) ||
                    (devicesAreMissing && frames.Any(f => f.Contains(ClosesFiles, StringComparison.Ordinal))))
                    return true;
            }
        }
        return false;
    }

    private string[] Frames(int pid, int thread) => proc.Read(pid, $"task/{thread}/stack").Split('\n');
}
