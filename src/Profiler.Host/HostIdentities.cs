using System.Collections.Immutable;
using Profiler.Bpf.Symbols;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Spans;
using Profiler.Host.Pci;
using Profiler.Host.Processes;
using Profiler.Host.Vms;

namespace Profiler.Host;

/// <summary>
/// Who and what is on this machine: virtual machines by process, devices by address, kernel stacks by key. Learning
/// may take its time, and is for one thread at a time.
/// </summary>
public sealed class HostIdentities(ProcFs proc, DeviceIdentities devices)
{
    /// <summary>
    /// Of how many machines that are gone the name is kept, for who looks at their shutdowns; and of how many devices
    /// that were left behind it is kept who had them.
    /// </summary>
    internal const int Remembered = 512;

    private readonly VmNames _vms = new(proc);
    private readonly DeviceHolders _holders = new(proc);
    private readonly Dictionary<int, long> _named = []; // when each process began that has a name
    private readonly Queue<string> _leftBehind = new();
    private int _mostNamed = Remembered;

    public HostIdentities() : this(new ProcFs(), new DeviceIdentities(new PciSysfs(), PciIds.Installed))
    {
    }

    /// <summary>What has been learned.</summary>
    public HostFacts Facts { get; } = new();

    /// <summary>The return addresses of a stack, by its key.</summary>
    public Func<int, ImmutableArray<ulong>> AddressesOfStack { get; set; } = _ => [];

    /// <summary>Looks at what is there now: devices with VFIO drivers, processes that have them or are just closing them.</summary>
    /// <param name="found">Gets the number of each such process as soon as it is seen.</param>
    /// <returns>The processes, which are facts now.</returns>
    public IReadOnlyList<ProcessAtStart> Scan(Action<int>? found = null)
    {
        IReadOnlyList<DeviceIdentity> present = devices.Scan();
        foreach (DeviceIdentity device in present.Where(d => !Facts.Devices.ContainsKey(d.Bdf)))
            Facts.Add(device);
        IReadOnlyList<ProcessAtStart> processes = new ProcessesAtStart(proc, _holders).Find(present, devices.IsEnabled, found ?? (_ => { }));
        foreach (ProcessAtStart process in processes)
        {
            Facts.Add(process);
            LearnVm(process.Tgid);
        }
        return processes;
    }

    /// <summary>Is there something in it to be learned about?</summary>
    public static bool Concerns(Activity activity) => activity is Operation or SignalDelivered or StandaloneReset;

    /// <summary>Looks at those it is about, if they are new.</summary>
    public void Learn(Activity activity)
    {
        switch (activity)
        {
            case Operation operation:
                LearnVm(operation.Task.Tgid, opens: operation.Kind == OperationKind.Open);
                LearnDevice(operation);
                LearnStacks([operation.Stack, .. operation.LockWaits.Select(w => w.Stack), .. operation.Resets.Select(r => r.Stack)]);
                break;
            case SignalDelivered signal:
                LearnVm(signal.Target.Tgid);
                break;
            case StandaloneReset standalone:
                LearnStacks([standalone.Reset.Stack]);
                break;
        }
    }

    /// <summary>Looks who has the devices that a process left behind.</summary>
    public void Learn(Shutdown shutdown)
    {
        foreach (string bdf in shutdown.Unreleased)
        {
            if (!Facts.StillHeld.ContainsKey(bdf))
                _leftBehind.Enqueue(bdf);
            Facts.Add(new DeviceStillHeld(bdf, _holders.Of(bdf, Facts.Devices.GetValueOrDefault(bdf)?.IommuGroup)));
        }
        // Mediated devices have a new name each time: there is no end to them.
        while (_leftBehind.Count > Remembered)
            Facts.RemoveStillHeld(_leftBehind.Dequeue());
    }

    // Cards are swapped, and virtual functions made anew: whoever opens a device may find another one there.
    private void LearnDevice(Operation operation)
    {
        if (!operation.IsPci)
            return;
        DeviceIdentity? known = Facts.Devices.GetValueOrDefault(operation.Device);
        if ((known is null || operation.Kind == OperationKind.Open) &&
            devices.Learn(operation.Device, again: operation.Kind == OperationKind.Open) is { } device && !ReferenceEquals(device, known))
            Facts.Add(device);
    }

    // Who is gone keeps his name; but the next one with that number, as it shows by opening a device, is somebody else.
    // Nobody else is asked twice: to ask one that exits may leave it to us to take down its memory.
    private void LearnVm(int pid, bool opens = false)
    {
        bool known = _named.TryGetValue(pid, out long start);
        if (known && (!opens || proc.StartOf(pid) is not { } now || now == start))
            return;
        if (_vms.NameOf(pid) is { } name)
        {
            _named[pid] = proc.StartOf(pid) ?? 0;
            Facts.Add(new ProcessIdentity(pid, name));
            if (_named.Count > _mostNamed)
                ForgetTheGone();
        }
        else if (_named.Remove(pid))
            Facts.RemoveProcess(pid);
    }

    // But for the youngest. Not each time: it asks for every process there is a name of.
    private void ForgetTheGone()
    {
        foreach (int pid in _named
            .Where(p => proc.StartOf(p.Key) != p.Value).OrderBy(p => p.Value).SkipLast(Remembered).Select(p => p.Key).ToList())
        {
            _named.Remove(pid);
            Facts.RemoveProcess(pid);
        }
        _mostNamed = _named.Count + Remembered;
    }

    private void LearnStacks(IEnumerable<int?> keys)
    {
        int[] unknown = [.. keys.OfType<int>().Distinct().Where(key => !Facts.Stacks.ContainsKey(key))];
        if (unknown.Length == 0)
            return;
        Dictionary<int, ImmutableArray<ulong>> stacks = unknown.ToDictionary(key => key, AddressesOfStack);
        IReadOnlyDictionary<ulong, string> names = AddressNames.Of(stacks.Values.SelectMany(s => s));
        foreach ((int key, ImmutableArray<ulong> stack) in stacks.Where(s => !s.Value.IsEmpty))
            Facts.Add(new KernelStack(key, [.. stack.Select(address => names[address])]));
    }
}
