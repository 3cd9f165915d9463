using Profiler.Cli.Commands;
using Profiler.Core.Facts;

namespace Profiler.Cli.Tests.Commands;

public sealed class CheckCommandTests
{
    [Fact]
    public void Devices_are_shown_by_address_and_by_name()
    {
        using var output = new StringWriter();
        CheckCommand.Devices(output,
        [
            new DeviceIdentity(
                "0000:01:00.0", "10de", "2330", "NVIDIA Corporation", "GH100 [H100 SXM5 80GB]", "030200", 14, "vfio-pci",
                ["flr", "bus"], ["0000:01:00.1", "0000:01:00.2"]),
            new DeviceIdentity("0000:02:00.0", "1234", "11e8", null, null, "00ff00", null, "vfio-pci", null, []),
            new DeviceIdentity("0000:03:00.0", "1234", "11e8", null, null, "00ff00", 15, "vfio-pci", [], []),
        ]);
        Assert.Equal(
            """

            device        driver     group  reset methods        shares its reset with       name
            0000:01:00.0  vfio-pci      14  flr bus              0000:01:00.1, 0000:01:00.2  NVIDIA Corporation GH100 [H100 SXM5 80GB]
            0000:02:00.0  vfio-pci    none  unknown              no other                    [1234:11e8]
            0000:03:00.0  vfio-pci      15  none                 no other                    [1234:11e8]

            """, output.ToString());
    }

    [Fact]
    public void None_is_said_in_words()
    {
        using var output = new StringWriter();
        CheckCommand.Devices(output, []);
        Assert.Equal("\nno device is bound to a VFIO driver\n", output.ToString());
    }
}
