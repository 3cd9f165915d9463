using Profiler.Core.Facts;
using Profiler.Core.Wire;

namespace Profiler.Core.Findings;

/// <summary>
/// Whether waits were for a dev_set that virtual functions (SR-IOV) share, although no reset affects more than one of them: kernels without
/// "vfio/pci: Separate SR-IOV VF dev_set" (e908f58b6beb) make one for all functions of a bus. Told by who waited for whom, not by the
/// kernel's version.
/// </summary>
/// <param name="devices">What is known of devices.</param>
internal struct VfDevSet(IReadOnlyDictionary<string, DeviceIdentity> devices)
{
    /// <summary>The kernel that helps.</summary>
    public const string Kernel = "a kernel with commit e908f58b6beb (\"vfio/pci: Separate SR-IOV VF dev_set\", also in stable kernels)";

    private string? _first;
    private bool _several;

    /// <summary>The lock is that of a dev_set, and all devices that were seen to use it are virtual functions, at least two.</summary>
    public readonly bool Is => !IsNone && _several;

    /// <summary>It is none, whatever follows.</summary>
    public bool IsNone { get; private set; }

    /// <summary>A device waited for the lock.</summary>
    public void Waited(string device, LockKind kind)
    {
        IsNone |= kind != LockKind.DevSet;
        Used(device);
    }

    /// <summary>The lock was held for a device; null if for none.</summary>
    public void Held(string? device)
    {
        if (device is not null)
            Used(device);
    }

    /// <summary>The physical functions of virtual ones, to be read: one, or those of ports that share a bus.</summary>
    public static string PhysicalFunctions(IEnumerable<string> vfs, IReadOnlyDictionary<string, DeviceIdentity> devices) =>
        Figures.List(vfs.Select(vf => devices.GetValueOrDefault(vf)?.PhysicalFunction).OfType<string>().Order(StringComparer.Ordinal));

    private void Used(string device)
    {
        IsNone = IsNone || devices.GetValueOrDefault(device)?.PhysicalFunction is null;
        _several |= device != (_first ??= device);
    }
}
