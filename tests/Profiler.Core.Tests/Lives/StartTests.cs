using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Lives;

/// <summary>When a start begins and ends, and where its time goes.</summary>
public sealed class StartTests
{
    /// <summary>A VM as QEMU starts one: it maps the memory before it opens the devices, and resets them again before it runs.</summary>
    private const string Vm = """
        1.0 200/200 qemu contact exec 0.4 vm
        1.1 200/200 qemu starting begin dma bytes 1g
        2.1 200/200 qemu starting end dma bytes 1g pinned 1g faults 262144 faulted 1g
        2.2 200/200 qemu open begin 0000:01:00.0
        2.3 200/200 qemu reset begin function 0000:01:00.0
        3.3 200/200 qemu reset end function 0
        3.4 200/200 qemu open end 9
        3.4 200/200 qemu starting begin dma bytes 16m
        3.5 200/200 qemu starting end dma bytes 16m
        3.5 200/200 qemu starting begin interrupts
        3.6 200/200 qemu starting end interrupts
        4.0 200/200 qemu reset begin function 0000:01:00.0
        5.0 200/200 qemu reset end function 0
        5.2 200/203 CPU runs
        """;

    [Fact]
    public void From_the_begin_of_the_program_to_the_first_run_of_a_vCPU()
    {
        Start start = Assert.Single(Played.Starts(Vm));
        Assert.Equal((StartKind.Vm, StartEnd.Run, true, true), (start.Kind, start.End, start.FromExec, start.IsWhole));
        Assert.Equal(new Interval(400_000_000, 5_200_000_000), start.Time);
        Assert.Equal("qemu", start.Task.Comm);
        Assert.Equal("0000:01:00.0", Assert.Single(start.Opens).Device);
        Assert.Equal("0000:01:00.0", Assert.Single(start.OtherResets).Device);
    }

    [Fact]
    public void Its_phases_add_up() => Assert.Equal(
        "prepare 0.6, dma_allocate 1.0, dma_device 0.1, reset 2.0, open 0.2, interrupts 0.1, process 0.8", Text(Assert.Single(Played.Starts(Vm))));

    [Fact]
    public void What_was_mapped_is_summed_up_with_devices_apart()
    {
        DmaMapping mapped = Assert.Single(Played.Starts(Vm)).Mapped;
        Assert.Equal(new DmaMapping(2, (1L << 30) + (16 << 20), 1L << 30, 1L << 30, 262144, 0), mapped);
        Assert.Equal(16 << 20, mapped.DeviceBytes);
    }

    [Theory]
    [InlineData("1g", 262144, "1g", 1L << 30)] // all in small pages
    [InlineData("1g", 512, "1g", 0)] // all in large ones
    [InlineData("1g", 1, "1g", 0)] // one of 1 GiB
    [InlineData("1g", 131328, "1g", 1L << 29)] // one half in each
    [InlineData("1g", 0, "1g", 0)] // allocated by another thread
    [InlineData("0", 3, "0", 0)] // faults of what is no memory of the mapping
    public void From_pages_and_bytes_follows_how_much_came_in_small_pages(string pinned, int faults, string faulted, long small)
    {
        Start start = Assert.Single(Played.Starts($"""
            1.0 200/200 qemu contact
            1.1 200/200 qemu starting begin dma bytes 1g
            2.1 200/200 qemu starting end dma bytes 1g pinned {pinned} faults {faults} faulted {faulted}
            """));
        Assert.Equal(small, start.Mapped.SmallPageBytes(4096, 2 << 20));
    }

    [Fact]
    public void Without_a_virtual_machine_it_ends_with_the_last_before_a_pause()
    {
        List<Start> starts = Played.Starts("""
            1.0 200/200 dpdk contact exec 0.1
            1.1 200/200 dpdk open begin 0000:01:00.0
            2.0 200/200 dpdk open end 9
            6.9 200/200 dpdk open begin 0000:02:00.0
            7.0 200/200 dpdk open end 10
            12.1 200/200 dpdk open begin 0000:03:00.0
            12.2 200/200 dpdk open end 11
            """);
        Assert.Equal([new Interval(1_000_000_000, 7_000_000_000), new Interval(12_100_000_000, 12_200_000_000)], starts.Select(s => s.Time));
        Assert.Equal([StartKind.Process, StartKind.Devices], starts.Select(s => s.Kind));
        Assert.All(starts, s => Assert.Equal((StartEnd.Quiet, true), (s.End, s.IsWhole)));
    }

    [Fact]
    public void Or_with_the_first_close() => Assert.Equal(2_000_000_000, Assert.Single(Played.Starts("""
        1.0 200/200 dpdk contact
        1.1 200/200 dpdk open begin 0000:01:00.0
        2.0 200/200 dpdk open end 9
        2.5 200/200 dpdk release begin 0000:01:00.0
        3.0 200/200 dpdk release end
        """)).Time.EndNs);

    [Fact]
    public void With_one_it_goes_on_whatever_the_pauses()
    {
        Start start = Assert.Single(Played.Starts("""
            1.0 200/200 qemu contact
            1.0 200/200 qemu creates
            1.1 200/200 qemu open begin 0000:01:00.0
            2.0 200/200 qemu open end 9
            30 200/203 CPU runs
            """));
        Assert.Equal((StartEnd.Run, 29_000_000_000), (start.End, start.Time.DurationNs));
    }

    [Fact]
    public void A_virtual_machine_that_exits_before_it_runs_has_failed()
    {
        Start start = Assert.Single(Played.Starts("""
            1.0 200/200 qemu contact vm
            1.1 200/200 qemu open begin 0000:01:00.0
            2.0 200/200 qemu open end -16
            2.2 200/200 qemu exits
            2.3 200/200 qemu gone
            """));
        Assert.Equal((StartEnd.Exit, 1_200_000_000, false), (start.End, start.Time.DurationNs, start.IsWhole));
    }

    [Fact]
    public void One_that_has_not_run_when_the_capture_ends_is_unfinished()
    {
        Start start = Assert.Single(Played.Starts("""
            1.0 200/200 qemu contact vm
            1.1 200/200 qemu starting begin dma bytes 1g
            3.1 300/300 other exits
            """));
        Assert.Equal((StartEnd.Capture, 2_100_000_000, true), (start.End, start.Time.DurationNs, start.Unfinished));
        Assert.Equal(1L << 30, Assert.Single(start.PartsUnderWay).Bytes);
        Assert.Equal("dma_pin 2.0, process 0.1", Text(start));
    }

    [Fact]
    public void A_device_that_comes_later_is_a_start_of_its_own()
    {
        List<Start> starts = Played.Starts(Vm + "\n" + """
            60.0 200/200 qemu open begin 0000:05:00.0
            61.0 200/200 qemu open end 12
            """);
        Assert.Equal((StartKind.Devices, 1_000_000_000), (starts[1].Kind, starts[1].Time.DurationNs));
    }

    [Fact]
    public void A_reset_that_the_guest_asks_for_is_no_part_of_the_start() => Assert.Single(Assert.Single(Played.Starts(Vm + "\n" + """
        9.0 200/200 qemu reset begin function 0000:01:00.0
        9.5 200/200 qemu reset end function 0
        """)).OtherResets);

    [Fact]
    public void A_look_at_VFIO_is_no_start() => Assert.Empty(Played.Starts("""
        1.0 200/200 libvirtd contact
        1.2 200/200 libvirtd exits
        """));

    [Fact]
    public void What_may_have_begun_before_the_capture_is_marked()
    {
        const string Open = """
            1.0 200/200 dpdk contact byopen {0}
            1.1 200/200 dpdk open begin 0000:01:00.0
            2.0 200/200 dpdk open end 9
            """;
        Assert.True(Assert.Single(Played.Starts(Open.Replace("{0}", "", StringComparison.Ordinal))).BeganBefore);
        Assert.False(Assert.Single(Played.Starts(Open.Replace("{0}", "exec 0.5", StringComparison.Ordinal))).BeganBefore);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(30, false)]
    public void So_is_that_of_a_process_which_had_devices_a_moment_before(int at, bool beganBefore) => Assert.Equal(
        beganBefore, Assert.Single(Played.Starts($"""
            {at}.1 200/200 qemu open begin 0000:02:00.0
            {at}.9 200/200 qemu open end 9
            """, 0, new ProcessAtStart(200, "qemu", ["0000:01:00.0"], false))).BeganBefore);

    private static string Text(Start start)
    {
        Assert.Equal(start.Time.DurationNs, StartPhaseNames.All.Sum(p => start.Phases[p.Phase]));
        return string.Join(", ", StartPhaseNames.All.Where(p => start.Phases[p.Phase] > 0).Select(p => $"{p.Name} {start.Phases[p.Phase] / 1e9:0.0}"));
    }
}
