using Profiler.Host.Pci;

namespace Profiler.Host.Tests.Pci;

/// <summary>A folder laid out as sysfs is, with the links the kernel makes, and a folder for device nodes.</summary>
internal sealed class FakeSysfs : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vfioscope-sysfs-");

    public PciSysfs Sysfs => new(Sys);

    /// <summary>The folder of device nodes.</summary>
    public string Dev => Path.Combine(_folder.FullName, "dev");

    private string Sys => Path.Combine(_folder.FullName, "sys");

    /// <summary>VFIO's container is there.</summary>
    public FakeSysfs LoadVfio() => HasNode("vfio/vfio");

    /// <summary>A device node is there.</summary>
    public FakeSysfs HasNode(string name)
    {
        string node = Path.Combine(Dev, name);
        Directory.CreateDirectory(Path.GetDirectoryName(node)!);
        File.WriteAllText(node, "");
        return this;
    }

    /// <summary>VFIO's name for a device that is there.</summary>
    /// <param name="hasNode">It stands for a device node as well; false on a kernel that has no such nodes.</param>
    public FakeSysfs VfioName(string bdf, string name, bool hasNode = true)
    {
        string device = Path.Combine(Sys, "bus/pci/devices", bdf), folder = Path.Combine(device, "vfio-dev", name);
        Directory.CreateDirectory(folder);
        if (hasNode)
            File.WriteAllText(Path.Combine(folder, "dev"), "511:0\n");
        Directory.CreateDirectory(Path.Combine(Sys, "class/vfio-dev", name));
        Directory.CreateSymbolicLink(Path.Combine(Sys, "class/vfio-dev", name, "device"), $"../../../bus/pci/devices/{bdf}");
        return this;
    }

    /// <param name="below">The bridge it is behind; null if it sits on the root bus.</param>
    public FakeSysfs Add(string bdf, string? driver, int? group, string? below = null)
    {
        string device = Path.Combine(Sys, "devices/pci0000:00", below ?? "", bdf);
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

    /// <summary>The files of a device that is there.</summary>
    /// <param name="resetMethod">Null for a kernel that has no such file.</param>
    public FakeSysfs Attributes(string bdf, string vendor, string device, string @class, string? resetMethod)
    {
        string folder = Path.Combine(Sys, "bus/pci/devices", bdf);
        File.WriteAllText(Path.Combine(folder, "vendor"), $"0x{vendor}\n");
        File.WriteAllText(Path.Combine(folder, "device"), $"0x{device}\n");
        File.WriteAllText(Path.Combine(folder, "class"), $"0x{@class}\n");
        if (resetMethod is not null)
            File.WriteAllText(Path.Combine(folder, "reset_method"), resetMethod);
        return this;
    }

    /// <summary>A device that is there is a virtual function of another one.</summary>
    public FakeSysfs VirtualFunction(string bdf, string of)
    {
        Link(Path.Combine(Sys, "bus/pci/devices", bdf, "physfn"), Path.Combine(Sys, "bus/pci/devices", of));
        return this;
    }

    /// <summary>It is in use.</summary>
    public FakeSysfs Enable(string bdf, int times = 1)
    {
        File.WriteAllText(Path.Combine(Sys, "bus/pci/devices", bdf, "enable"), $"{times}\n");
        return this;
    }

    /// <summary>Whether it sleeps.</summary>
    public FakeSysfs Power(string bdf, string runtimeStatus, string powerState)
    {
        string folder = Path.Combine(Sys, "bus/pci/devices", bdf);
        Directory.CreateDirectory(Path.Combine(folder, "power"));
        File.WriteAllText(Path.Combine(folder, "power/runtime_status"), runtimeStatus + "\n");
        File.WriteAllText(Path.Combine(folder, "power_state"), powerState + "\n");
        return this;
    }

    /// <summary>Its link, as the kernel writes it.</summary>
    public FakeSysfs Link(string bdf, string speed, int width)
    {
        string folder = Path.Combine(Sys, "bus/pci/devices", bdf);
        File.WriteAllText(Path.Combine(folder, "current_link_speed"), speed == "Unknown" ? "Unknown\n" : $"{speed} GT/s PCIe\n");
        File.WriteAllText(Path.Combine(folder, "current_link_width"), $"{width}\n");
        return this;
    }

    /// <summary>Its configuration space.</summary>
    /// <param name="silent">All of it reads 0xff.</param>
    /// <param name="ids">The bytes of its IDs.</param>
    public FakeSysfs Config(string bdf, bool silent, byte ids = 0x86)
    {
        byte[] config = new byte[256];
        config.AsSpan().Fill((byte)(silent ? 0xff : 0));
        config.AsSpan(0, 4).Fill(silent ? (byte)0xff : ids);
        File.WriteAllBytes(Path.Combine(Sys, "bus/pci/devices", bdf, "config"), config);
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
