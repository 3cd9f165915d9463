using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Spans;
using Profiler.Host.Pci;
using Profiler.Host.Processes;
using Profiler.Host.Vms;

namespace Profiler.Host;

/// <summary>
/// Identities on this machine: VMs by process, devices by address. Look-ups may block, and are for one thread at a time.
/// </summary>
public sealed class HostIdentities(ProcFs proc, DeviceIdentities devices, Action pause)
{
    /// <summary>
    /// Maximum number of ended VMs whose names are kept for their shutdowns, and of devices whose holders are kept after
    /// their process ended.
    /// </summary>
    internal const int MaxEnded = 512;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(10);

    private readonly VmNames _vms = new(proc);
    private readonly DeviceHolders _holders = new(proc, devices.OfNode);
    private readonly Dictionary<int, long> _named = []; // start time of each process that has a name
    private readonly Queue<string> _leftBehind = new();
    private int _maxNamed = MaxEnded;

    public HostIdentities() : this(new ProcFs(), new DeviceIdentities(new PciSysfs(), PciIds.Installed))
    {
    }

    internal HostIdentities(ProcFs proc, DeviceIdentities devices) : this(proc, devices, () => Thread.Sleep(BetweenLooks))
    {
    }

    /// <summary>All results.</summary>
    public HostFacts Facts { get; } = new();

    /// <summary>Finds devices with VFIO drivers, and processes that have them open or are closing them.</summary>
    /// <param name="found">Gets the PID of each such process as soon as it is found.</param>
    /// <returns>The processes; they are in <see cref="Facts"/> as well.</returns>
    public IReadOnlyList<ProcessAtStart> Scan(Action<int>? found = null)
    {
        IReadOnlyList<DeviceIdentity> present = devices.Scan();
        foreach (DeviceIdentity device in present.Where(d => !Facts.Devices.ContainsKey(d.Bdf)))
            Facts.Add(device);
        IReadOnlyList<ProcessAtStart> processes = new ProcessesAtStart(proc, _holders, pause).Find(present, devices.IsEnabled, found ?? (_ => { }));
        foreach (ProcessAtStart process in processes)
        {
            Facts.Add(process);
            LearnVm(process.Tgid);
        }
        return processes;
    }

    /// <summary>Whether there is a process or device to look up in it.</summary>
    public static bool Concerns(Activity activity) => activity is Operation or SignalDelivered;

    /// <summary>Looks up its process and device, if they are new.</summary>
    public void Learn(Activity activity)
    {
        switch (activity)
        {
            case Operation operation:
                LearnVm(operation.Task.Tgid, opens: operation.Kind == OperationKind.Open);
                LearnDevice(operation);
                break;
            case SignalDelivered signal:
                LearnVm(signal.Target.Tgid);
                break;
        }
    }

    /// <summary>Looks up who holds the devices that the process did not release.</summary>
    public void Learn(Shutdown shutdown)
    {
        foreach (string bdf in shutdown.Unreleased)
        {
            if (!Facts.StillHeld.ContainsKey(bdf))
                _leftBehind.Enqueue(bdf);
            Facts.Add(new DeviceStillHeld(bdf, _holders.Of(bdf, Facts.Devices.GetValueOrDefault(bdf)?.IommuGroup)));
        }
        // Mediated devices have a new name each time, so their number is not bounded.
        while (_leftBehind.Count > MaxEnded)
            Facts.RemoveStillHeld(_leftBehind.Dequeue());
    }

    // Cards are swapped and virtual functions recreated: at an open, another device may have the address.
    private void LearnDevice(Operation operation)
    {
        if (!operation.IsPci)
            return;
        DeviceIdentity? known = Facts.Devices.GetValueOrDefault(operation.Device);
        if ((known is null || operation.Kind == OperationKind.Open) &&
            devices.Learn(operation.Device, again: operation.Kind == OperationKind.Open) is { } device && !ReferenceEquals(device, known))
            Facts.Add(device);
    }

    // An ended process keeps its name until a process with the same PID opens a device. A process is not asked again otherwise:
    // reading from one that exits may make this process free its memory.
    private void LearnVm(int pid, bool opens = false)
    {
        bool known = _named.TryGetValue(pid, out long start);
        if (known && (!opens || proc.StartOf(pid) is not { } now || now == start))
            return;
        if (_vms.Of(pid) is { } identity)
        {
            _named[pid] = proc.StartOf(pid) ?? 0;
            Facts.Add(identity);
            if (_named.Count > _maxNamed)
                RemoveEnded();
        }
        else if (_named.Remove(pid))
            Facts.RemoveProcess(pid);
    }

    // Except the youngest. Not at each look-up, as it checks every process that has a name.
    private void RemoveEnded()
    {
        foreach (int pid in _named
            .Where(p => proc.StartOf(p.Key) != p.Value).OrderBy(p => p.Value).SkipLast(MaxEnded).Select(p => p.Key).ToList())
        {
            _named.Remove(pid);
            Facts.RemoveProcess(pid);
        }
        _maxNamed = _named.Count + MaxEnded;
    }
}
