using System.Collections.Immutable;
using Profiler.Core.Facts;

namespace Profiler.Host.Processes;

/// <summary>
/// The processes that use VFIO devices when a capture begins: they have one open, or are closing one. An exiting process has no
/// descriptors any more while the kernel closes its files one after another: it is recognised by the stacks of its threads, and
/// its devices are those that are still enabled and open in no process.
/// </summary>
/// <param name="proc">The processes.</param>
/// <param name="holders">What they have open.</param>
/// <param name="pause">Waits between two looks at stacks.</param>
internal sealed class ProcessesAtStart(ProcFs proc, DeviceHolders holders, Action pause)
{
    // The stack of a running thread cannot be read, and between two devices it does not show VFIO: so look again, a little later.
    private const int Looks = 5;

    // vfio_device_fops_release, vfio_pci_release, vfio_pci_core_disable, vfio_group_fops_release, …
    private const string OfVfio = "vfio", ClosesFiles = "__fput", IsReleasing = "release";

    /// <summary>Finds the processes.</summary>
    /// <param name="devices">The devices of this machine that have a VFIO driver.</param>
    /// <param name="isEnabled">Whether a device is in use.</param>
    /// <param name="found">Gets each PID as soon as it is found, before its devices are read, so that its end is not missed.</param>
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
        bool areKnown = living.TrueForAll(p => p.Devices is not null);
        List<int> closing = Closing(dying, unheld.Length > 0 && areKnown, found);
        // With several exiting processes, or another possible holder, it is unknown which has which device.
        bool theirs = closing.Count == 1 && areKnown;
        return
        [
            .. living,
            .. closing.Select(pid => new ProcessAtStart(pid, proc.CommOf(pid), theirs ? [.. unheld] : null, Exiting: true)),
        ];
    }

    private ProcessAtStart Describe(int pid, IReadOnlyList<DeviceIdentity> devices)
    {
        ImmutableArray<string>? open = holders.DevicesOf(pid, group => devices.Where(d => d.IommuGroup == group).Select(d => d.Bdf));
        bool exiting = proc.AllExit(pid);
        return new ProcessAtStart(pid, proc.CommOf(pid), open, exiting, Busy: !exiting && proc.ThreadsOf(pid).Any(thread => IsReleasingOne(pid, thread)));
    }

    private bool IsReleasingOne(int pid, int thread) =>
        proc.StackOf(pid, thread).Any(f => f.Contains(OfVfio, StringComparison.Ordinal) && f.Contains(IsReleasing, StringComparison.Ordinal));

    private List<int> Closing(List<int> dying, bool devicesAreMissing, Action<int> found)
    {
        var closing = new List<int>();
        int looks = devicesAreMissing ? Looks : 1;
        for (int look = 0; look < looks && dying.Count > closing.Count; look++)
        {
            if (look > 0)
                pause();
            foreach (int pid in dying.Except(closing).Where(pid => Closes(pid, devicesAreMissing)).ToList())
            {
                found(pid);
                closing.Add(pid);
            }
        }
        return closing;
    }

    // Without enabled devices that are open nowhere, only a process with VFIO on a stack counts.
    private bool Closes(int pid, bool devicesAreMissing) => proc.ThreadsOf(pid).Any(thread =>
    {
        string[] frames = proc.StackOf(pid, thread);
        return frames.Any(f => f.Contains(OfVfio, StringComparison.Ordinal)) ||
            (devicesAreMissing && frames.Any(f => f.Contains(ClosesFiles, StringComparison.Ordinal)));
    });
}
