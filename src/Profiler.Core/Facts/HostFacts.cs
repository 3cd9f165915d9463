using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Profiler.Core.Facts;

/// <summary>Something that is known beside the events, about a process or device; learned while that existed.</summary>
public abstract record Fact;

/// <summary>What a process runs, a VM as a rule; learned while the process lives.</summary>
/// <param name="Tgid">The process.</param>
/// <param name="Vm">The name of the VM; null if it is none or has no name.</param>
/// <param name="Manager">Who starts and stops it, see <see cref="VmManagers"/>; null if unknown.</param>
/// <param name="Namespace">The Kubernetes namespace of its pod; null if it is in none.</param>
/// <param name="Pod">The name of its pod; null if it is in none, or unknown.</param>
public sealed record ProcessIdentity(
    int Tgid,
    string? Vm,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Manager = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Namespace = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Pod = null) : Fact;

/// <summary>A kernel stack, to whose key events refer.</summary>
/// <param name="Key">See <see cref="Wire.WireEvent.Stack"/>.</param>
/// <param name="Frames">Innermost first: "vfio_pci_core_disable+0x1c [vfio_pci_core]".</param>
public sealed record KernelStack(int Key, ImmutableArray<string> Frames) : Fact;

/// <summary>A device that was still open when the process that opened it was gone.</summary>
/// <param name="Bdf">The device.</param>
/// <param name="Holders">The processes that have it open; empty if none was found.</param>
public sealed record DeviceStillHeld(string Bdf, ImmutableArray<DeviceHolder> Holders) : Fact;

/// <summary>A process that has a VFIO device open.</summary>
/// <param name="Pid">The process.</param>
/// <param name="Comm">Its name, printable.</param>
/// <param name="Certain">The kernel says that it is this device; else it may be another one.</param>
public sealed record DeviceHolder(int Pid, string Comm, bool Certain);

/// <summary>A process that had VFIO devices when the capture began.</summary>
/// <param name="Tgid">The process.</param>
/// <param name="Comm">Its name, printable.</param>
/// <param name="Devices">Devices that it had open; null if unknown.</param>
/// <param name="Exiting">It was exiting already: what it did before is not in the capture.</param>
/// <param name="Busy">It was releasing a device already, without exiting.</param>
public sealed record ProcessAtStart(
    int Tgid, string Comm, ImmutableArray<string>? Devices, bool Exiting, bool Busy = false) : Fact;

/// <summary>All facts of a host. One thread adds those of a kind, any thread may read.</summary>
public sealed class HostFacts
{
    private readonly ConcurrentDictionary<int, ProcessIdentity> _processes = new();
    private readonly ConcurrentDictionary<int, string> _vmNames = new();
    private readonly ConcurrentDictionary<string, ProcessIdentity> _vms = new();
    private readonly ConcurrentDictionary<string, DeviceIdentity> _devices = new();
    private readonly ConcurrentDictionary<int, KernelStack> _stacks = new();
    private readonly ConcurrentDictionary<string, DeviceStillHeld> _stillHeld = new();
    private readonly ConcurrentDictionary<int, ProcessAtStart> _atStart = new();
    private readonly ConcurrentDictionary<(string Bdf, long EndNs, bool IsLink), ResetDamage> _damages = new();

    /// <summary>Raised for each fact that is added, on the thread that adds it.</summary>
    public event Action<Fact>? Learned;

    /// <summary>What processes run, by its name; of a name that several have or had, the one learned last.</summary>
    public IReadOnlyDictionary<string, ProcessIdentity> Vms => _vms;

    /// <summary>Names of VMs, by process.</summary>
    public IReadOnlyDictionary<int, string> VmNames => _vmNames;

    /// <summary>Devices, by BDF.</summary>
    public IReadOnlyDictionary<string, DeviceIdentity> Devices => _devices;

    /// <summary>Kernel stacks, by key.</summary>
    public IReadOnlyDictionary<int, KernelStack> Stacks => _stacks;

    /// <summary>Devices that were not released when their process was gone, by BDF.</summary>
    public IReadOnlyDictionary<string, DeviceStillHeld> StillHeld => _stillHeld;

    /// <summary>Processes that had devices when the capture began.</summary>
    public IReadOnlyDictionary<int, ProcessAtStart> AtStart => _atStart;

    /// <summary>Devices that were worse after a reset than before, in the order of those resets.</summary>
    public IEnumerable<ResetDamage> Damages =>
        _damages.Values.OrderBy(d => d.EndNs).ThenBy(d => d.Bdf, StringComparer.Ordinal).ThenBy(d => d.After is not null);

    /// <summary>All facts.</summary>
    public IEnumerable<Fact> All =>
    [
        .. _processes.Values, .. _devices.Values, .. _stacks.Values, .. _stillHeld.Values,
        .. _atStart.Values, .. _damages.Values,
    ];

    /// <inheritdoc cref="ProcessNames.Of(int, string, string?)"/>
    public string NameOf(int pid, string comm) => ProcessNames.Of(pid, comm, _vmNames.GetValueOrDefault(pid));

    /// <summary>Removes the VM of a process: it is gone, or its number is that of another process now.</summary>
    public void RemoveProcess(int tgid)
    {
        if (_processes.TryRemove(tgid, out ProcessIdentity? process))
            _vms.TryRemove(new(process.Vm!, process));
        _vmNames.TryRemove(tgid, out _);
    }

    /// <summary>Whether libvirt's time limits are those of a process: it runs a VM that is libvirt's, or may be.</summary>
    public bool HasLibvirtLimits(int tgid) => _processes.TryGetValue(tgid, out ProcessIdentity? process) && VmManagers.HasLibvirt(process.Manager);

    /// <summary>Who starts and stops a process, see <see cref="VmManagers"/>; null if unknown.</summary>
    public string? ManagerOf(int tgid) => _processes.GetValueOrDefault(tgid)?.Manager;

    /// <summary>Removes the holders of a device that was not released.</summary>
    public void RemoveStillHeld(string bdf) => _stillHeld.TryRemove(bdf, out _);

    /// <summary>Removes a damage, after which others came.</summary>
    public void Remove(ResetDamage damage) => _damages.TryRemove(KeyOf(damage), out _);

    /// <summary>Adds a fact; a later one about the same process, device or stack replaces it.</summary>
    public void Add(Fact fact)
    {
        switch (fact)
        {
            case ProcessIdentity { Vm: { } vm } process:
                _processes[process.Tgid] = process;
                _vmNames[process.Tgid] = vm;
                _vms[vm] = process;
                break;
            case DeviceIdentity device: _devices[device.Bdf] = device; break;
            case KernelStack stack: _stacks[stack.Key] = stack; break;
            case DeviceStillHeld held: _stillHeld[held.Bdf] = held; break;
            case ProcessAtStart process: _atStart[process.Tgid] = process; break;
            case ResetDamage damage: _damages[KeyOf(damage)] = damage; break;
            default: return;
        }
        Learned?.Invoke(fact);
    }

    private static (string Bdf, long EndNs, bool IsLink) KeyOf(ResetDamage damage) => (damage.Bdf, damage.EndNs, damage.After is not null);
}
