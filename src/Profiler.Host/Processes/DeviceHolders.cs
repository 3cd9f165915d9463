using System.Collections.Immutable;
using System.Globalization;
using Profiler.Core.Facts;

namespace Profiler.Host.Processes;

/// <summary>The processes that have VFIO devices open, by their descriptors.</summary>
/// <param name="proc">The processes.</param>
/// <param name="deviceOfNode">The device that has a node of this name; null if it is not known.</param>
internal sealed class DeviceHolders(ProcFs proc, Func<string, string?> deviceOfNode)
{
    // A device opened through its group is an anonymous file; one opened by its cdev has a node. Groups have nodes, too.
    private const string DeviceFile = "anon_inode:[vfio-device]", DeviceNodes = "/dev/vfio/devices/", Nodes = "/dev/vfio/";

    /// <summary>Whether a process has any VFIO file open.</summary>
    public bool HasAny(int pid) => HasAny(proc.DescriptorsOf(pid));

    /// <summary>Whether a VFIO file is among the open files of a process.</summary>
    public static bool HasAny(IReadOnlyList<(string Fd, string Target)> files) => files
        .Any(fd => fd.Target == DeviceFile || fd.Target.StartsWith(Nodes, StringComparison.Ordinal));

    /// <summary>The processes that have a device open, or may have.</summary>
    /// <param name="bdf">The device.</param>
    /// <param name="group">Its IOMMU group; null if it is not known.</param>
    public ImmutableArray<DeviceHolder> Of(string bdf, int? group)
    {
        var holders = ImmutableArray.CreateBuilder<DeviceHolder>();
        foreach (int pid in proc.Processes())
        {
            Held held = HeldBy(pid);
            bool certain = held.Named.Contains(bdf);
            bool possible = held.Named.Count < held.Devices && (group is not { } number || held.Groups.Contains(number));
            if (certain || possible)
                holders.Add(new DeviceHolder(pid, proc.CommOf(pid), certain));
        }
        return holders.ToImmutable();
    }

    /// <summary>The devices a process has open; null if it is unknown which.</summary>
    /// <param name="inGroup">The devices of an IOMMU group that have a VFIO driver.</param>
    public ImmutableArray<string>? DevicesOf(int pid, Func<int, IEnumerable<string>> inGroup)
    {
        Held held = HeldBy(pid);
        if (held.Named.Count == held.Devices)
            return [.. held.Named.Distinct()];
        // Older kernels do not name them. A process that has as many open as there are in its groups has all of them.
        List<string> possible = [.. held.Groups.SelectMany(inGroup)];
        return possible.Count == held.Devices ? [.. possible] : null;
    }

    private Held HeldBy(int pid) => HeldBy(pid, proc.DescriptorsOf(pid));

    /// <summary>The VFIO files among the open files of a process.</summary>
    internal Held HeldBy(int pid, IReadOnlyList<(string Fd, string Target)> files)
    {
        List<(string Fd, string Target)> devices =
        [
            .. files.Where(f => f.Target == DeviceFile || f.Target.StartsWith(DeviceNodes, StringComparison.Ordinal)),
        ];
        return new Held(
            devices.Count,
            [.. devices.Select(f => f.Target == DeviceFile ? NameOf(pid, f.Fd) : deviceOfNode(f.Target[DeviceNodes.Length..])).OfType<string>()],
            [
                .. files.Select(f => f.Target)
                    .Where(target => target.StartsWith(Nodes, StringComparison.Ordinal))
                    .Select(target => int.TryParse(target[Nodes.Length..], CultureInfo.InvariantCulture, out int group) ? group : -1)
                    .Where(group => group >= 0)
                    .Distinct(),
            ]);
    }

    // "vfio-device-syspath: /sys/devices/pci0000:00/…/0000:01:00.0" in the newer kernels' fdinfo.
    private string? NameOf(int pid, string fd) => proc.Read(pid, $"fdinfo/{fd}").Split('\n')
        .Where(line => line.StartsWith("vfio-device-syspath:", StringComparison.Ordinal))
        .Select(line => line[(line.LastIndexOf('/') + 1)..].Trim())
        .FirstOrDefault();

    /// <summary>The VFIO files that a process has open.</summary>
    /// <param name="Devices">Number of device files.</param>
    /// <param name="Named">The devices that the kernel names; may contain duplicates.</param>
    /// <param name="Groups">The IOMMU groups, without duplicates.</param>
    internal sealed record Held(int Devices, List<string> Named, List<int> Groups);
}
