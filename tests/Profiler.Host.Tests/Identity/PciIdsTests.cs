using System.IO.Compression;
using System.Text;
using Profiler.Host.Pci;
using Profiler.Tests.Support;

namespace Profiler.Host.Tests.Identity;

public sealed class PciIdsTests
{
    // An excerpt, in the database's own form.
    internal const string Excerpt = """
        # Vendors, devices and subsystems. Please keep sorted.

        1033  NEC Corporation
        	10d3  Not the one that is asked for
        10de  NVIDIA Corporation
        	2330  GH100 [H100 SXM5 80GB]
        		10de 16c1  H100 SXM5
        # a comment between devices
        	2331  GH100 [H100 PCIe]
        		8086 10d3  Not this either
        8086  Intel Corporation
        	10d3  82574L Gigabit Network Connection
        ffff  Illegal Vendor ID

        # List of known device classes
        C 02  Network controller
        	00  Ethernet controller

        """;

    [Theory]
    [InlineData("10de", "2330", "NVIDIA Corporation", "GH100 [H100 SXM5 80GB]")]
    [InlineData("10de", "2331", "NVIDIA Corporation", "GH100 [H100 PCIe]")]
    [InlineData("8086", "10d3", "Intel Corporation", "82574L Gigabit Network Connection")]
    [InlineData("10de", "10d3", "NVIDIA Corporation", null)]
    [InlineData("ffff", "0000", "Illegal Vendor ID", null)]
    [InlineData("1234", "11e8", null, null)]
    public void Both_are_looked_up_together(string vendor, string device, string? vendorName, string? deviceName)
    {
        using var file = new TemporaryFile(Encoding.UTF8.GetBytes(Excerpt));
        Assert.Equal(new PciName(vendorName, deviceName), new PciIds(file.Path).Find(vendor, device));
    }

    [Fact]
    public void The_first_file_that_is_there_counts()
    {
        using var file = new TemporaryFile(Encoding.UTF8.GetBytes(Excerpt));
        Assert.Equal("Intel Corporation", new PciIds("/nonexistent/pci.ids", file.Path).Find("8086", "10d3").Vendor);
    }

    [Fact]
    public void It_may_be_compressed()
    {
        string path = Path.GetTempFileName() + ".gz";
        try
        {
            using (var text = new GZipStream(File.Create(path), CompressionLevel.Fastest))
                text.Write(Encoding.UTF8.GetBytes(Excerpt));
            Assert.Equal("Intel Corporation", new PciIds(path).Find("8086", "10d3").Vendor);
        }
        finally
        {
            File.Delete(path);
            File.Delete(path[..^3]);
        }
    }

    [Fact]
    public void Without_a_database_there_are_no_names() =>
        Assert.Equal(default, new PciIds("/nonexistent/pci.ids").Find("8086", "10d3"));

    [Fact]
    public void An_answer_is_kept()
    {
        PciIds ids;
        using (var file = new TemporaryFile(Encoding.UTF8.GetBytes(Excerpt)))
        {
            ids = new PciIds(file.Path);
            ids.Find("8086", "10d3");
        }
        Assert.Equal("Intel Corporation", ids.Find("8086", "10d3").Vendor);
    }
}
