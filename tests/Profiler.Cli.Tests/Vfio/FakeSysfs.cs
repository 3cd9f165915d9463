using Profiler.Cli.Vfio;

namespace Profiler.Cli.Tests.Vfio;

/// <summary>A folder laid out as sysfs is, with the links the kernel makes, and a folder for device nodes.</summary>
internal sealed class FakeSysfs : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vfioscope-sysfs-");

    public PciSysfs Sysfs => new(Sys);

    /// <summary>Where VFIO's container would be; <see cref="LoadVfio"/> makes it.</summary>
    public string Container => Path.Combine(_folder.FullName, "dev/vfio/vfio");

    private string Sys => Path.Combine(_folder.FullName, "sys");

    public FakeSysfs LoadVfio()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Container)!);
        File.WriteAllText(Container, "");
        return this;
    }

    public FakeSysfs Add(string bdf, string? driver, int? group)
    {
        string device = Path.Combine(Sys, "devices/pci0000:00", bdf);
        Directory.CreateDirectory(device);
        Link(Path.Combine(Sys, "bus/pci/devices", bdf), device);
        if (driver is not null)
            Link(Path.Combine(device, "driver"), Path.Combine(Sys, "bus/pci/drivers", driver));
        if (group is not null)
        {
            string members = Path.Combine(Sys, $"kernel/iommu_groups/{group}/devices");
            Link(Path.Combine(members, bdf), device);
            Link(Path.Combine(device, "iommu_group"), Path.GetDirectoryName(members)!);
        }
        return this;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static void Link(string link, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        Directory.CreateDirectory(target);
        Directory.CreateSymbolicLink(link, Path.GetRelativePath(Path.GetDirectoryName(link)!, target));
    }
}
