using System.Collections.Immutable;
using System.Globalization;
using Profiler.Cli.Live;
using Profiler.Core.Recording;

namespace Profiler.Cli.Identity;

/// <summary>Who has VFIO devices open: told by the descriptors of all processes.</summary>
/// <param name="proc">Where procfs is.</param>
internal sealed class DeviceHolders(string proc = "/proc")
{
    // A device out of a group is an anonymous file; one opened by itself has a node of its own.
    private const string DeviceFile = "anon_inode:[vfio-device]", DeviceNodes = "/dev/vfio/devices/", Groups = "/dev/vfio/";

    /// <summary>All processes that have anything of VFIO open.</summary>
    public IReadOnlyList<int> Processes() =>
    [
        .. Pids().Where(pid => Descriptors(pid).Any(fd => fd.Target == DeviceFile || fd.Target.StartsWith("/dev/vfio/", StringComparison.Ordinal))),
    ];

    /// <summary>The processes that have a device open, or may have.</summary>
    /// <param name="bdf">The device.</param>
    /// <param name="group">Its IOMMU group; null if it is not known.</param>
    public ImmutableArray<DeviceHolder> Of(string bdf, int? group)
    {
        var holders = ImmutableArray.CreateBuilder<DeviceHolder>();
        foreach (int pid in Pids())
        {
            List<(string Fd, string Target)> files = Descriptors(pid);
            List<string> devices = [.. files.Where(f => f.Target == DeviceFile || f.Target.StartsWith(DeviceNodes, StringComparison.Ordinal)).Select(f => f.Fd)];
            if (devices.Count == 0)
                continue;
            // Newer kernels say which device it is.
            List<string> named = [.. devices.Select(fd => DeviceOf(pid, fd)).OfType<string>()];
            bool certain = named.Contains(bdf);
            bool possible = named.Count < devices.Count && (group is null || files.Exists(f => f.Target == $"/dev/vfio/{group}"));
            if (certain || possible)
                holders.Add(new DeviceHolder(pid, CommOf(pid), certain));
        }
        return holders.ToImmutable();
    }

    /// <summary>The devices a process has open; null if it cannot be told which these are.</summary>
    /// <param name="inGroup">The devices of an IOMMU group that have a VFIO driver.</param>
    public ImmutableArray<string>? DevicesOf(int pid, Func<int, IEnumerable<string>> inGroup)
    {
        List<(string Fd, string Target)> files = Descriptors(pid);
        List<string> open = [.. files.Where(f => f.Target == DeviceFile || f.Target.StartsWith(DeviceNodes, StringComparison.Ordinal)).Select(f => f.Fd)];
        List<string> named = [.. open.Select(fd => DeviceOf(pid, fd)).OfType<string>()];
        if (named.Count == open.Count)
            return [.. named.Distinct()];
        // Older kernels do not say. But if it has as many open as there are in its groups, it has them all.
        List<string> possible =
        [
            .. files.Select(f => f.Target)
                .Where(target => target.StartsWith(Groups, StringComparison.Ordinal))
                .Select(target => int.TryParse(target[Groups.Length..], CultureInfo.InvariantCulture, out int group) ? group : -1)
                .Where(group => group >= 0)
                .Distinct()
                .SelectMany(inGroup),
        ];
        return possible.Count == open.Count ? [.. possible] : null;
    }

    /// <summary>A process's name for itself, made printable.</summary>
    public string CommOf(int pid) => Printable.Clean(Read($"{proc}/{pid}/comm").TrimEnd());

    // "vfio-device-syspath: /sys/devices/pci0000:00/…/0000:01:00.0"
    private string? DeviceOf(int pid, string fd) => Read($"{proc}/{pid}/fdinfo/{fd}")
        .Split('\n')
        .Where(line => line.StartsWith("vfio-device-syspath:", StringComparison.Ordinal))
        .Select(line => line[(line.LastIndexOf('/') + 1)..].Trim())
        .FirstOrDefault();

    private IEnumerable<int> Pids() => Directory.EnumerateDirectories(proc)
        .Select(directory => int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out int pid) ? pid : 0)
        .Where(pid => pid > 0);

    private List<(string Fd, string Target)> Descriptors(int pid)
    {
        try
        {
            return
            [
                .. Directory.EnumerateFileSystemEntries($"{proc}/{pid}/fd")
                    .Select(fd => (Path.GetFileName(fd), new FileInfo(fd).LinkTarget ?? "")),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // it is gone, or not ours to look into
        }
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
