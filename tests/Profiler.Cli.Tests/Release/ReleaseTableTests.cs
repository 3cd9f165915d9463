using Profiler.Cli.Release;
using Profiler.Cli.Release.Vfio;
using Profiler.Host.Pci;

namespace Profiler.Cli.Tests.Release;

public class ReleaseTableTests
{
    [Fact]
    public void Times_stand_below_each_other_in_the_order_of_the_arguments() => Assert.Equal(
        """
        DEVICE        SECONDS
        0000:02:00.0    0.010
        0000:01:00.0   61.052
        total          61.062   2 devices, mode close

        """,
        Written(ReleaseMode.Close, ["02:00.0", "01:00.0"], [0.0102, 61.052], 61.0622));

    [Fact]
    public void A_long_domain_makes_room_for_itself() => Assert.Equal(
        """
        DEVICE         SECONDS
        10000:02:00.0    1.040
        total            1.040   1 device, mode threads

        """,
        Written(ReleaseMode.Threads, ["10000:02:00.0"], [1.04], 1.04));

    [Fact]
    public void A_process_that_exits_has_a_total_only_and_says_why() => Assert.Equal(
        """
        DEVICE        SECONDS
        total           8.412   1 device, mode exit
        The kernel closes the devices while the process exits: use 'vfioscope record' to see each of them.

        """,
        Written(ReleaseMode.Exit, ["01:00.0"], null, 8.4121));

    [Fact]
    public void Opening_has_a_time_for_each_device_and_for_the_memory()
    {
        using var output = new StringWriter();
        ReleaseTable.Write(output, Addresses("01:00.0", "02:00.0"), new OpenTimes([TimeSpan.FromSeconds(1.0531), TimeSpan.FromSeconds(1.04)], TimeSpan.FromSeconds(0.2)));
        Assert.Equal(
            """
            DEVICE        SECONDS
            0000:01:00.0    1.053
            0000:02:00.0    1.040
            memory          0.200   allocated, pinned and mapped
            total           2.293   2 devices opened

            """,
            output.ToString());
    }

    [Fact]
    public void Without_memory_it_is_not_named()
    {
        using var output = new StringWriter();
        ReleaseTable.Write(output, Addresses("01:00.0"), new OpenTimes([TimeSpan.FromSeconds(1.04)], null));
        Assert.DoesNotContain("memory", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Holding_names_the_processes_and_the_way_out()
    {
        Assert.Equal("holding 1 device, pid 5: press Enter, or send SIGINT or SIGTERM to pid 4, to release", ReleaseRun.Announcement(1, [5], 4));
        Assert.Equal("holding 2 devices, pids 5 6: press Enter, or send SIGINT or SIGTERM to pid 4, to release", ReleaseRun.Announcement(2, [5, 6], 4));
    }

    private static string Written(ReleaseMode mode, string[] devices, double[]? seconds, double total)
    {
        using var output = new StringWriter();
        ReleaseTable.Write(
            output,
            mode,
            Addresses(devices),
            new ReleaseTimes(seconds?.Select(TimeSpan.FromSeconds).ToArray(), TimeSpan.FromSeconds(total)));
        return output.ToString();
    }

    private static PciAddress[] Addresses(params string[] devices) =>
        [.. devices.Select(text => PciAddress.TryParse(text, out PciAddress address) ? address : default)];
}
