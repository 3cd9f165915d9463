using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Core.Spans;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Findings;

/// <summary>Each finding where it must appear, and where it must not.</summary>
public sealed class ReleaseFindingsTests
{
    private const string SerialClose = """
        1.0 100/100 a release begin 0000:01:00.0 lock a1
        2.0 100/100 a release end
        2.0 100/100 a release begin 0000:02:00.0 lock a2
        3.0 100/100 a release end
        """;

    private const string Convoy = """
        1.0 100/101 a release begin 0000:01:00.0 lock a1
        1.0 100/102 a release begin 0000:02:00.0 lock a2
        1.0 100/102 a wait begin lock ff holder 100/101 a
        2.0 100/102 a wait end lock ff
        2.0 100/101 a release end
        3.0 100/102 a release end
        """;

    private const string Parallel = """
        1.0 100/101 a release begin 0000:01:00.0 lock a1
        1.0 100/102 a release begin 0000:02:00.0 lock a2
        1.1 100/102 a wait begin lock ff holder 100/101 a
        1.2 100/102 a wait end lock ff
        2.0 100/101 a release end
        2.1 100/102 a release end
        """;

    private const string OneDevice = """
        1.0 100/100 a release begin 0000:01:00.0 lock a1
        2.0 100/100 a release end
        """;

    [Fact]
    public void A_process_that_closes_one_after_another() => Assert.Equal(["serial_close"], Ids(SerialClose));

    [Fact]
    public void Exiting_is_one_after_another() =>
        Assert.Equal(["serial_exit"], Ids(SerialClose.Replace("lock", "exiting lock", StringComparison.Ordinal)));

    [Fact]
    public void One_after_another_for_one_lock_could_not_be_faster() =>
        Assert.Empty(Ids(SerialClose.Replace("a2", "a1", StringComparison.Ordinal)));

    [Theory]
    [InlineData("", "It is a lock of the driver")]
    [InlineData("devset", "the lock of their dev_set")]
    [InlineData("group", "the lock of their IOMMU group")]
    [InlineData("rwsem writer", "waited for an rw-semaphore")]
    public void Lock_waits_say_whose_lock_it_is(string kind, string words) => Assert.Contains(
        words, Single(Convoy.Replace("wait begin", $"wait begin {kind}", StringComparison.Ordinal), "lock_held_across_release").Text,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("devset", "0000:09:00.0", "0000:09:00.0", "vfs_share_dev_set")]
    [InlineData("devset", "0000:09:00.0", "0000:09:00.1", "vfs_share_dev_set")] // of two ports that share a bus
    [InlineData("devset", "0000:09:00.0", null, "lock_held_across_release")]
    [InlineData("devset", null, null, "lock_held_across_release")]
    [InlineData("group", "0000:09:00.0", "0000:09:00.0", "lock_held_across_release")]
    [InlineData("", "0000:09:00.0", "0000:09:00.0", "lock_held_across_release")]
    public void Virtual_functions_alone_that_wait_for_a_dev_set_need_another_kernel(string kind, string? first, string? second, string id)
    {
        Finding finding = Single(
            Convoy.Replace("wait begin", $"wait begin {kind}", StringComparison.Ordinal), id, Device("0000:01:00.0", first), Device("0000:02:00.0", second));
        Assert.Equal((1.0, 1_000_000_000), (finding.Seconds, finding.Numbers["waited_ns"]));
        Assert.Equal(["0000:01:00.0", "0000:02:00.0"], finding.Devices.AsEnumerable());
        if (id == "vfs_share_dev_set")
        {
            Assert.StartsWith($"2 virtual functions of {Figures.List([first!, second!])} share one dev_set: 1 release waited 1.000 s for its lock", finding.Text, StringComparison.Ordinal);
            Assert.Contains("Separate SR-IOV VF dev_set", finding.Remedy, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Virtual_functions_that_do_not_wait_share_nothing() => Assert.Equal(
        ["parallel"], For(Parallel, Device("0000:01:00.0", "0000:09:00.0"), Device("0000:02:00.0", "0000:09:00.0")).Select(f => f.Id));

    [Fact]
    public void Releases_in_parallel_with_a_short_wait() => Assert.Equal(["parallel"], Ids(Parallel));

    [Fact]
    public void Of_one_device_there_is_nothing_to_say() => Assert.Empty(Ids(OneDevice));

    private static DeviceIdentity Device(string bdf, string? physicalFunction) =>
        new(bdf, "8086", "154c", null, null, "020000", 1, "vfio-pci", ["flr"], [], physicalFunction);

    private static Finding Single(string events, string id, params DeviceIdentity[] devices)
    {
        Finding finding = Assert.Single(For(events, devices));
        Assert.Equal(id, finding.Id);
        return finding;
    }

    private static IEnumerable<string> Ids(string events) => For(events).Select(f => f.Id);

    private static ImmutableArray<Finding> For(string events, params DeviceIdentity[] devices)
    {
        ImmutableArray<Operation> releases = [.. Played.Activities(EventText.Parse(events)).Cast<Operation>()];
        return ReleaseFindings.For(releases, devices.ToDictionary(d => d.Bdf));
    }
}
