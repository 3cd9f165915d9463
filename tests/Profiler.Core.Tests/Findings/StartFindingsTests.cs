using System.Collections.Immutable;
using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Findings;

/// <summary>Each finding about starts, where it must appear and where it must not.</summary>
public sealed class StartFindingsTests
{
    private const string LargePages = """
        1.0 900/900 other contact
        1.0 900/900 other starting begin dma bytes 1g
        1.1 900/900 other starting end dma bytes 1g pinned 1g faults 512 faulted 1g
        """;

    [Fact]
    public void Small_pages_cost_what_large_ones_would_not()
    {
        Finding finding = Assert.Single(Findings(Mapping("262144"), LargePages));
        Assert.Equal(("small_pages", 900_000_000), (finding.Id, finding.CostNs));
        Assert.Equal(
            "1 GiB of memory came in pages of 4 KiB while it was pinned for DMA, which took 1.000 s (1.07 GB/s); in large pages this host needs 100 ms for as much",
            finding.Text);
    }

    [Fact]
    public void Without_large_pages_on_this_host_what_they_would_save_is_not_claimed()
    {
        Finding finding = Assert.Single(Findings(Mapping("262144")));
        Assert.Equal("small_pages", finding.Id);
        Assert.EndsWith("how long it would take in large pages was not seen on this host", finding.Text, StringComparison.Ordinal);
        Assert.False(finding.Numbers.ContainsKey("large_pages_ns"));
    }

    [Fact]
    public void Clearing_large_pages_has_another_remedy() => Assert.Equal("memory_zeroing", Assert.Single(Findings(Mapping("512"))).Id);

    [Fact]
    public void Pinning_memory_that_is_there_has_neither() => Assert.Empty(Findings(Mapping("0")));

    [Fact]
    public void Nor_has_little_memory() => Assert.Empty(Findings("""
        1.0 200/200 qemu contact
        1.0 200/200 qemu starting begin dma bytes 1m
        1.01 200/200 qemu starting end dma bytes 1m pinned 1m faults 256 faulted 1m
        """));

    [Fact]
    public void BARs_in_small_pages_cost_their_faults()
    {
        Finding finding = Assert.Single(Findings(Bars("faults 262148 small 1g large 8m took 0.5")));
        Assert.Equal(("bar_small_mappings", 500_000_000), (finding.Id, finding.CostNs));
        Assert.Equal("1 GiB of devices' BARs were mapped into the process in pages of 4 KiB: 262148 page faults took 500 ms", finding.Text);
    }

    [Theory]
    [InlineData("faults 512 large 1g took 0.5")] // a slow device, not the size of the pages
    [InlineData("faults 33 small 128k giant 32g took 0.5")]
    [InlineData("faults 2048 small 8m took 0.002")] // too quick to matter
    public void Nor_do_few_faults_or_large_pages(string faults) => Assert.Empty(Findings(Bars(faults)));

    [Fact]
    public void What_the_guest_faults_in_is_no_part_of_the_start() => Assert.Equal(
        ["firmware_not_host"],
        Findings("""
            1.0 200/200 qemu contact vm
            1.0 200/200 qemu starting begin kvmmemory
            1.1 200/200 qemu starting end kvmmemory
            1.2 200/203 CPU runs
            9.0 200/200 qemu bars faults 262144 small 1g took 0.5
            """).Select(f => f.Id));

    private static string Bars(string faults) => $"""
        1.0 200/200 qemu contact
        1.0 200/200 qemu starting begin dma bytes 1g
        2.0 200/200 qemu bars {faults}
        2.0 200/200 qemu starting end dma bytes 1g
        """;

    [Fact]
    public void Devices_one_after_another_cost_all_but_the_longest()
    {
        Finding finding = Assert.Single(Findings(Opens(1.0, 2.1)));
        Assert.Equal(("serial_open", 1_000_000_000), (finding.Id, finding.CostNs));
        Assert.Equal<string>(["0000:01:00.0", "0000:02:00.0"], finding.Devices);
    }

    [Fact]
    public void Not_at_the_same_time() => Assert.Empty(Findings(Opens(1.0, 1.1)));

    [Fact]
    public void A_second_reset_before_the_VM_runs_is_told_and_one_of_the_guest_is_not()
    {
        const string Again = """
            3.0 200/200 qemu reset begin function 0000:01:00.0
            4.0 200/200 qemu reset end function 0
            """, Runs = "5.0 200/203 CPU runs";
        Assert.Equal(["reset_twice", "firmware_not_host"], Findings($"{Open("200/200", 1.0, "0000:01:00.0")}\n{Again}\n{Runs}").Select(f => f.Id));
        Assert.Equal(["firmware_not_host"], Findings($"{Open("200/200", 1.0, "0000:01:00.0")}\n2.9 200/203 CPU runs\n{Again}").Select(f => f.Id));
    }

    [Fact]
    public void A_device_that_is_slow_to_respond()
    {
        const string Slow = """
            1.0 200/200 qemu open begin 0000:01:00.0
            1.0 200/200 qemu reset begin function 0000:01:00.0
            1.0 200/200 qemu reset begin devicewait 0000:01:00.0
            4.0 200/200 qemu reset end devicewait 0
            4.0 200/200 qemu reset end function 0
            4.0 200/200 qemu open end 9
            """;
        Finding finding = Assert.Single(Findings(Slow));
        Assert.Equal(("slow_readiness", 3_000_000_000), (finding.Id, finding.CostNs));
        Assert.Empty(Findings(Slow.Replace("4.0", "2.0", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("1", false)] // a page of 1 GiB, which only a pool has
    [InlineData("512", true)] // pages of 2 MiB, of hugetlbfs or transparent ones
    [InlineData("300", true)] // some may be larger, but not most of it
    public void A_pool_of_huge_pages_is_no_advice_for_memory_that_came_from_one(string faults, bool advised)
    {
        Finding finding = Assert.Single(Findings(Mapping(faults)));
        Assert.Equal("memory_zeroing", finding.Id);
        Assert.Contains("prealloc-threads=N", finding.Remedy, StringComparison.Ordinal);
        Assert.Equal(advised, finding.Remedy!.Contains("keep a pool", StringComparison.Ordinal));
    }

    private static string Mapping(string faults) => $"""
        1.0 200/200 qemu contact
        1.0 200/200 qemu starting begin dma bytes 1g
        2.0 200/200 qemu starting end dma bytes 1g pinned 1g faults {faults} faulted 1g
        """;

    private static string Opens(double first, double second) =>
        string.Join('\n', $"{Open("200/200", first, "0000:01:00.0")}\n{Open("200/201", second, "0000:02:00.0")}"
            .Split('\n').OrderBy(l => double.Parse(l.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)));

    private static string Open(string who, double at, string device) => FormattableString.Invariant($"""
        {at:0.0} {who} qemu open begin {device}
        {at:0.0} {who} qemu reset begin function {device}
        {at + 1:0.0} {who} qemu reset end function 0
        {at + 1:0.0} {who} qemu open end 9
        """);

    private static ImmutableArray<Finding> Findings(string events, string seenBefore = "")
    {
        var rates = new MappingRates();
        foreach (Start start in Played.Starts(seenBefore))
            rates.Add(start);
        return StartFindings.For(Assert.Single(Played.Starts(events)), rates);
    }
}
