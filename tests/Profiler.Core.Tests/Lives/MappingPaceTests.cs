using Profiler.Core.Lives;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Lives;

/// <summary>How long a mapping in progress still takes: known only from memory that the same start has mapped.</summary>
public sealed class MappingPaceTests
{
    private const string Mapped = """
        1.0 200/200 qemu contact vm
        1.0 200/200 qemu starting begin dma bytes 1g
        1.5 200/200 qemu starting end dma bytes 1g pinned 1g faults 512 faulted 1g
        2.0 200/200 qemu starting begin dma bytes 4g
        """;

    [Fact]
    public void At_the_rate_of_what_was_mapped() => Assert.Equal([2_000_000_000, 500_000_000, null], new[] { 2.0, 3.5, 4.0 }.Select(at => Left(Mapped, at)));

    [Fact]
    public void Mappings_at_the_same_time_count_once() => Assert.Equal(1_000_000_000, Left("""
        1.0 200/200 qemu contact vm
        1.0 200/200 qemu starting begin dma bytes 1g
        1.0 200/201 qemu starting begin dma bytes 1g
        1.5 200/200 qemu starting end dma bytes 1g pinned 1g
        1.5 200/201 qemu starting end dma bytes 1g pinned 1g
        2.0 200/200 qemu starting begin dma bytes 4g
        """, 2.0));

    [Theory]
    [InlineData("1g pinned 1g", "bytes 0")] // its size is not known
    [InlineData("63m pinned 63m", "bytes 4g")] // too little before
    [InlineData("2g pinned 1g", "bytes 4g")] // devices' memory before: it may be more of it
    public void Else_it_is_not_known(string before, string now) => Assert.Null(Left($"""
        1.0 200/200 qemu contact vm
        1.0 200/200 qemu starting begin dma bytes 1g
        1.5 200/200 qemu starting end dma bytes {before}
        2.0 200/200 qemu starting begin dma {now}
        """, 2.0));

    private static long? Left(string events, double at)
    {
        Start start = Assert.Single(new StagedCapture(events).StateAt(at).Snapshot.StartsInFlight);
        return MappingPace.Of(start).LeftNs(Assert.Single(start.PartsUnderWay), (long)(at * 1e9));
    }
}
