using System.Collections.Immutable;

namespace Profiler.Core.Stuck;

/// <summary>Who uses which device, in one look.</summary>
/// <param name="look">The look.</param>
internal sealed class DeviceUsers(HostLook look)
{
    // A host may have a thousand devices: what is asked for each pair of process and device is computed once.
    private readonly Dictionary<int, ImmutableArray<DeviceLook>> _ofGroups = [];
    private readonly Dictionary<int, ImmutableArray<string>> _closing = [];
    private HashSet<string>? _open;

    /// <summary>The users of a device: first those that have it open.</summary>
    public ImmutableArray<DeviceUser> Of(DeviceLook device) =>
        [.. look.Processes.Select(p => Use(p, device)).OfType<DeviceUser>().OrderBy(u => u.Use).ThenBy(u => !u.Certain).ThenBy(u => u.Process.Pid)];

    /// <summary>The devices that a thread of a process may be releasing: in use, and open nowhere.</summary>
    public ImmutableArray<string> Closing(ProcessLook process) =>
        _closing.TryGetValue(process.Pid, out ImmutableArray<string> known) ? known : _closing[process.Pid] =
    [
        .. look.Devices
            .Where(d => d.Enabled && !Open().Contains(d.Identity.Bdf) &&
                (process.Exiting || d.Identity.IommuGroup is not { } group || process.Files.Groups.Contains(group)))
            .Select(d => d.Identity.Bdf),
    ];

    /// <summary>The devices that a process may be about: those it has, those of its groups, those it may be closing.</summary>
    public ImmutableArray<string> Around(ProcessLook process) =>
        [.. process.Files.Named.Concat(OfGroups(process).Select(d => d.Identity.Bdf)).Concat(Closing(process)).Distinct()];

    private HashSet<string> Open() => _open ??=
        [.. look.Devices.Where(d => look.Processes.Any(p => Has(p, d) is not null)).Select(d => d.Identity.Bdf)];

    private DeviceUser? Use(ProcessLook process, DeviceLook device)
    {
        if (Has(process, device) is { } certain)
            return new DeviceUser(process, DeviceUse.Open, certain);
        if (process.Threads.Any(t => t.Writes?.Device == device.Identity.Bdf && KernelFunctions.ActivityOf(t.Stack) == KernelActivity.Unbind))
            return new DeviceUser(process, DeviceUse.Unbinding, true);
        if (device.Identity.IommuGroup is { } group && process.Files.Groups.Contains(group))
            return new DeviceUser(process, DeviceUse.Group, true);
        return process.Exiting && Closing(process).Contains(device.Identity.Bdf) ? new DeviceUser(process, DeviceUse.Exiting, false) : null;
    }

    // Whether it has the device open; true: the kernel says so.
    private bool? Has(ProcessLook process, DeviceLook device)
    {
        VfioFiles files = process.Files;
        if (files.Named.Contains(device.Identity.Bdf))
            return true;
        if (files.Unnamed == 0 || !device.Enabled || device.Identity.IommuGroup is not { } group || !files.Groups.Contains(group))
            return null;
        // One that has as many open as are in use in its groups has all of them.
        return OfGroups(process).Count(d => d.Enabled && !files.Named.Contains(d.Identity.Bdf)) == files.Unnamed ? true : false;
    }

    private ImmutableArray<DeviceLook> OfGroups(ProcessLook process) =>
        _ofGroups.TryGetValue(process.Pid, out ImmutableArray<DeviceLook> known) ? known : _ofGroups[process.Pid] =
            [.. look.Devices.Where(d => d.Identity.IommuGroup is { } group && process.Files.Groups.Contains(group))];
}
