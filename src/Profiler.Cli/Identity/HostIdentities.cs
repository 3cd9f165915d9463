using Profiler.Cli.Vfio;
using Profiler.Core.Recording;
using Profiler.Core.Spans;

namespace Profiler.Cli.Identity;

/// <summary>
/// Who is who on this machine: virtual machines by process, devices by address. Learning may take its time, and is for
/// one thread at a time; any may read.
/// </summary>
internal sealed class HostIdentities(VmNames vms, DeviceIdentities devices)
{
    public HostIdentities() : this(new VmNames(), new DeviceIdentities(new PciSysfs(), PciIds.Installed))
    {
    }

    /// <inheritdoc cref="VmNames.Learned"/>
    public event Action<ProcessIdentity>? VmLearned
    {
        add => vms.Learned += value;
        remove => vms.Learned -= value;
    }

    /// <inheritdoc cref="DeviceIdentities.Learned"/>
    public event Action<DeviceIdentity>? DeviceLearned
    {
        add => devices.Learned += value;
        remove => devices.Learned -= value;
    }

    /// <summary>Names of virtual machines by process, as far as known.</summary>
    public IReadOnlyDictionary<int, string> VmNames => vms.Known;

    /// <summary>Devices by BDF, as far as known.</summary>
    public IReadOnlyDictionary<string, DeviceIdentity> Devices => devices.Known;

    /// <summary>Looks at what is there now: processes with VFIO devices, devices with VFIO drivers.</summary>
    public void Scan()
    {
        vms.Scan();
        devices.Scan();
    }

    /// <summary>Is there somebody in it to be learned about?</summary>
    public static bool Concerns(Activity activity) => activity is Operation or SignalDelivered;

    /// <summary>Looks at those it is about, if they are new.</summary>
    public void Learn(Activity activity)
    {
        if (activity is Operation operation)
        {
            vms.Learn(operation.Task.Tgid);
            if (operation.IsPci)
                devices.Learn(operation.Device);
        }
        else if (activity is SignalDelivered signal)
            vms.Learn(signal.Target.Tgid);
    }
}
