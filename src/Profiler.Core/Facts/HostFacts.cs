using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Profiler.Core.Facts;

/// <summary>Something known beside the events: learned while that was there whom it is about.</summary>
public abstract record Fact;

/// <summary>Who a process is: learned while it lives, since a dead one cannot be asked.</summary>
/// <param name="Tgid">The process.</param>
/// <param name="Vm">The name of the virtual machine it runs; null if it is none or has no name.</param>
public sealed record ProcessIdentity(int Tgid, string? Vm) : Fact;

/// <summary>A kernel stack that events have the key of.</summary>
/// <param name="Key">See <see cref="Wire.WireEvent.Stack"/>.</param>
/// <param name="Frames">Innermost first: "vfio_pci_core_disable+0x1c [vfio_pci_core]".</param>
public sealed record KernelStack(int Key, ImmutableArray<string> Frames) : Fact;

/// <summary>Who had a device open when the process that opened it was gone.</summary>
/// <param name="Bdf">The device.</param>
/// <param name="Holders">Empty if nobody was found.</param>
public sealed record DeviceStillHeld(string Bdf, ImmutableArray<DeviceHolder> Holders) : Fact;

/// <summary>A process that has a VFIO device open.</summary>
/// <param name="Pid">The process.</param>
/// <param name="Comm">Its name for itself, made printable.</param>
/// <param name="Certain">The kernel says which device it is; else it may be another one.</param>
public sealed record DeviceHolder(int Pid, string Comm, bool Certain);

/// <summary>A process that had to do with VFIO devices when the capture began.</summary>
/// <param name="Tgid">The process.</param>
/// <param name="Comm">Its name for itself, made printable.</param>
/// <param name="Devices">What it had open; null if that cannot be told.</param>
/// <param name="Exiting">It was on its way out already: what it did before is not in the capture.</param>
/// <param name="Busy">A thread of it was releasing a device already, while the process lived on.</param>
public sealed record ProcessAtStart(
    int Tgid, string Comm, ImmutableArray<string>? Devices, bool Exiting, bool Busy = false) : Fact;

/// <summary>All that is known beside the events. One thread adds, any may read.</summary>
public sealed class HostFacts
{
    private readonly ConcurrentDictionary<int, string> _vmNames = new();
    private readonly ConcurrentDictionary<string, DeviceIdentity> _devices = new();
    private readonly ConcurrentDictionary<int, KernelStack> _stacks = new();
    private readonly ConcurrentDictionary<string, DeviceStillHeld> _stillHeld = new();

    private readonly ConcurrentDictionary<int, ProcessAtStart> _atStart = new();

    /// <summary>Each fact when it is new; on the thread that adds it.</summary>
    public event Action<Fact>? Learned;

    /// <summary>Names of virtual machines by process.</summary>
    public IReadOnlyDictionary<int, string> VmNames => _vmNames;

    /// <summary>What devices are, by BDF.</summary>
    public IReadOnlyDictionary<string, DeviceIdentity> Devices => _devices;

    /// <summary>Kernel stacks, by key.</summary>
    public IReadOnlyDictionary<int, KernelStack> Stacks => _stacks;

    /// <summary>Devices that outlived their process, by BDF.</summary>
    public IReadOnlyDictionary<string, DeviceStillHeld> StillHeld => _stillHeld;

    /// <summary>Processes that had to do with devices when the capture began.</summary>
    public IReadOnlyDictionary<int, ProcessAtStart> AtStart => _atStart;

    /// <summary>All of it.</summary>
    public IEnumerable<Fact> All =>
    [
        .. _vmNames.Select(v => new ProcessIdentity(v.Key, v.Value)), .. _devices.Values, .. _stacks.Values, .. _stillHeld.Values,
        .. _atStart.Values,
    ];

    /// <inheritdoc cref="ProcessNames.Of(int, string, string?)"/>
    public string NameOf(int pid, string comm) => ProcessNames.Of(pid, comm, _vmNames.GetValueOrDefault(pid));

    /// <summary>A process's name is not wanted any more, or is another one's.</summary>
    public void RemoveProcess(int tgid) => _vmNames.TryRemove(tgid, out _);

    /// <summary>Who has a device that was left behind is not wanted any more.</summary>
    public void RemoveStillHeld(string bdf) => _stillHeld.TryRemove(bdf, out _);

    public void Add(Fact fact)
    {
        switch (fact)
        {
            case ProcessIdentity { Vm: { } vm } process: _vmNames[process.Tgid] = vm; break;
            case DeviceIdentity device: _devices[device.Bdf] = device; break;
            case KernelStack stack: _stacks[stack.Key] = stack; break;
            case DeviceStillHeld held: _stillHeld[held.Bdf] = held; break;
            case ProcessAtStart process: _atStart[process.Tgid] = process; break;
            default: return;
        }
        Learned?.Invoke(fact);
    }
}
