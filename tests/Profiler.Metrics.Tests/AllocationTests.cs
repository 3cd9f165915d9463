using System.Globalization;
using System.Text;
using Profiler.Core.Protobuf;
using Profiler.Tests.Support;

namespace Profiler.Metrics.Tests;

/// <summary>What a scrape leaves behind for the garbage collector does not grow with the number of series.</summary>
public sealed class AllocationTests
{
    [Fact]
    public void A_scrape_allocates_nothing_for_single_series()
    {
        Scraped few = Released(16), many = Released(1024);
        Assert.InRange(AllocatedBy(many) - AllocatedBy(few), 0, 16 * 1024); // a thousand devices have some 5,000 series more
    }

    // The first scrape makes the series, the second the room for comparing them; and buffers come from a pool.
    private static long AllocatedBy(Scraped scraped) => Allocations.Least(_ =>
    {
        using var buffer = new PooledBuffer();
        scraped.Registry.Write(buffer, scraped.State, "1.2.3", openMetrics: false);
    });

    private static Scraped Released(int devices)
    {
        var events = new StringBuilder();
        for (int i = 0; i < devices; i++)
        {
            events.Append(CultureInfo.InvariantCulture, $"{i + 1}.0 {100 + i}/{100 + i} qemu-{i} release begin {i:x4}:01:00.0 exiting\n")
                .Append(CultureInfo.InvariantCulture, $"{i + 1}.5 {100 + i}/{100 + i} qemu-{i} release end\n")
                .Append(CultureInfo.InvariantCulture, $"{i + 1}.6 {100 + i}/{100 + i} qemu-{i} gone\n");
        }
        return new StagedCapture(events.ToString()).StateAt(2000, Scrape.Limits);
    }
}
