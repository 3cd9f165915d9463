using Profiler.Core.Lives;
using Profiler.Core.Spans;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Lives;

/// <summary>What a shutdown unmapped and unpinned, and how long that took.</summary>
public sealed class UnmappedTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public void Parts_are_added_up_with_the_time_in_which_they_unmap()
    {
        // By an ioctl before the exit, then the rest as the container is closed.
        Shutdown shutdown = Ends("""
            1.5 100/100 qemu teardown begin iommu
            1.7 100/100 qemu teardown end iommu mappings 1 bytes 64m unpinned 64m batches 1
            """, "mappings 2 bytes 40m unpinned 32m batches 17");
        Assert.Equal(new DmaUnmapping(3, 104 * MiB, 96 * MiB, new Pieces(1 + 15 * 512 + 2, 512 + 17 * 512)), shutdown.Unmapped);
        Assert.Equal(1_200_000_000, shutdown.UnmappedInNs);
    }

    [Fact]
    public void Parts_inside_of_others_are_not_counted_twice()
    {
        // An iommufd that removes an address space as it is closed: what is told of a part is without those inside it.
        Shutdown shutdown = Ends("""
            2.1 100/100 qemu teardown begin iommu
            2.2 100/100 qemu teardown begin iommu
            2.6 100/100 qemu teardown end iommu mappings 1 bytes 64m unpinned 64m
            2.9 100/100 qemu teardown end iommu mappings 2 bytes 1m unpinned 1m
            """);
        Assert.Equal(new DmaUnmapping(3, 65 * MiB, 65 * MiB, null), shutdown.Unmapped);
        Assert.Equal(800_000_000, shutdown.UnmappedInNs);
    }

    [Theory]
    [InlineData("mappings 1 bytes 4m", 4 * MiB, null)]
    [InlineData("unpinned 4m batches 2", null, 4 * MiB)]
    public void What_is_not_known_of_one_part_is_not_known_of_all(string second, long? bytes, long? unpinned)
    {
        Shutdown shutdown = Ends("""
            2.1 100/100 qemu teardown begin iommu
            2.6 100/100 qemu teardown end iommu mappings 1 bytes 4m unpinned 4m batches 2
            """, second);
        Assert.Equal((bytes + 4 * MiB, unpinned + 4 * MiB, null), (shutdown.Unmapped!.Bytes, shutdown.Unmapped!.UnpinnedBytes, shutdown.Unmapped!.Pieces));
    }

    [Fact]
    public void A_part_that_unmapped_nothing_is_nothing()
    {
        // Of a group whose container has others, or in a recording of an earlier version.
        Assert.Null(Ends("", "").Unmapped);
        Assert.Equal(0, Ends("", "").UnmappedInNs);
        Assert.Equal(64 * MiB, Ends("""
            2.1 100/100 qemu teardown begin iommu
            2.2 100/100 qemu teardown end iommu
            """, "mappings 1 bytes 64m unpinned 64m").Unmapped!.UnpinnedBytes);
    }

    [Theory]
    [InlineData(1, 1, 1, 512)] // in one batch, of as many pieces as it may have
    [InlineData(512, 1, 511 * 512 + 1, 512 * 512)] // 1 GiB in pages of 4 KiB
    [InlineData(3, 3, 3, 1536)] // a batch each
    [InlineData(2, 5, 2, 1024)] // of mappings that no IOMMU has there is no batch
    public void Batches_are_full_but_the_last_of_each_mapping(long batches, long mappings, long atLeast, long atMost) =>
        Assert.Equal(new Pieces(atLeast, atMost), Pieces.Of(batches, mappings));

    [Fact]
    public void An_event_that_is_not_trusted_overflows_nothing()
    {
        Shutdown shutdown = Ends("""
            2.1 100/100 qemu teardown begin iommu
            2.2 100/100 qemu teardown end iommu mappings 9223372036854775807 bytes 9223372036854775807 unpinned 9223372036854775807 batches 9223372036854775807
            """, "mappings 1 bytes 4k unpinned 4k batches 1");
        Assert.Equal((1, 4096, 4096), (shutdown.Unmapped!.Mappings, shutdown.Unmapped!.Bytes, shutdown.Unmapped!.UnpinnedBytes));
    }

    private static Shutdown Ends(string before, string? last = null) => Assert.Single(Played.Shutdowns($"""
        1.0 1/1     kill signal 15 to 100/100 qemu
        {before.Split('\n').Where(l => l.StartsWith("1.", StringComparison.Ordinal)).Aggregate("", (all, l) => all + l + "\n")}
        2.0 100/100 qemu exits
        {before.Split('\n').Where(l => l.StartsWith("2.", StringComparison.Ordinal)).Aggregate("", (all, l) => all + l + "\n")}
        3.0 100/100 qemu release begin 0000:01:00.0 exiting
        4.0 100/100 qemu release end
        {(last is null ? "" : $"4.0 100/100 qemu teardown begin iommu\n5.0 100/100 qemu teardown end iommu {last}")}
        6.0 100/100 qemu gone
        6.1 1/1     init reaped of 100/100 qemu
        """));
}
