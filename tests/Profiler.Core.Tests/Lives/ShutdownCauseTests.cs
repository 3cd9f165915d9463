using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Lives;

/// <summary>What a cause explains, and what it does not: each shutdown is from one cause to the last thing it caused.</summary>
public sealed class ShutdownCauseTests
{
    private const string Opens = """
        0.1 100/100 vmm open begin 0000:01:00.0
        0.2 100/100 vmm open end 9
        0.3 100/100 vmm open begin 0000:02:00.0
        0.4 100/100 vmm open end 10

        """;

    private const string ClosesBoth = """
        1.0 100/101 vmm release begin 0000:01:00.0
        1.0 100/102 vmm release begin 0000:02:00.0
        1.6 100/101 vmm release end
        1.7 100/102 vmm release end

        """;

    private const string ExitsWithBoth = """
        40.0 100/100 vmm exits
        40.1 100/100 vmm release begin 0000:01:00.0 exiting
        41.1 100/100 vmm release end
        41.1 100/100 vmm release begin 0000:02:00.0 exiting
        42.1 100/100 vmm release end
        42.2 100/100 vmm gone
        42.3 1/1 init reaped of 100/100 vmm
        """;

    [Theory]
    [InlineData("3.0")]
    [InlineData("12.0")]
    [InlineData("300.0")]
    public void A_process_that_closes_its_devices_and_lives_on_has_had_a_close(string exit) => Expect(
        Opens + ClosesBoth + $"""
        {exit} 100/100 vmm exits
        {exit}1 100/100 vmm teardown begin iommu
        {exit}5 100/100 vmm teardown end iommu
        {exit}6 100/100 vmm teardown begin kvm
        {exit}8 100/100 vmm teardown end kvm
        {exit}9 1/1 init reaped of 100/100 vmm
        """, "close of 2: 1.0 to 1.7");

    [Fact]
    public void What_the_closes_bring_about_belongs_to_them_what_comes_later_does_not() => Expect(
        Opens + ClosesBoth + """
        1.8 100/100 vmm teardown begin iommu
        2.9 100/100 vmm teardown end iommu
        5.0 100/100 vmm teardown begin kvm
        6.0 100/100 vmm teardown end kvm
        """, "close of 2: 1.0 to 2.9");

    [Fact]
    public void An_unplug_and_the_end_of_the_machine_are_two_events() => Expect(
        Opens + """
        1.0 100/100 vmm release begin 0000:01:00.0
        2.0 100/100 vmm release end
        22.0 1/1 virsh signal 15 to 100/100 vmm
        22.1 100/100 vmm exits
        22.2 100/100 vmm release begin 0000:02:00.0 exiting
        23.2 100/100 vmm release end
        23.5 1/1 init reaped of 100/100 vmm
        """, "close of 1: 1.0 to 2.0", "SIGTERM of 1: 22.0 to 23.5");

    [Fact]
    public void An_unplug_right_before_the_signal_is_not_the_signals_either() => Expect(
        Opens + """
        1.0 100/100 vmm release begin 0000:01:00.0
        2.0 100/100 vmm release end
        2.1 1/1 virsh signal 15 to 100/100 vmm
        2.2 100/100 vmm exits
        2.3 100/100 vmm release begin 0000:02:00.0 exiting
        3.3 100/100 vmm release end
        3.5 1/1 init reaped of 100/100 vmm
        """, "close of 1: 1.0 to 2.0", "SIGTERM of 1: 2.1 to 3.5");

    [Theory]
    [InlineData(1, "29.0")]
    [InlineData(15, "29.0")]
    [InlineData(2, "5.0")]
    public void A_signal_that_was_handled_long_ago_is_not_the_cause(int signal, string at)
    {
        string events = Opens + $"{at} 1/1 logrotate signal {signal} to 100/100 vmm\n" + ExitsWithBoth;
        Expect(events, "exit of 2: 40.0 to 42.3");
        Assert.Equal(signal, Assert.Single(Assert.Single(Played.Shutdowns(events)).EarlierSignals).Number);
    }

    [Theory]
    [InlineData(15, "SIGTERM")]
    [InlineData(1, "SIGHUP")]
    [InlineData(3, "SIGQUIT")]
    public void A_signal_that_the_process_begins_to_die_soon_after_is(int signal, string trigger) => Expect(
        Opens + $"31.0 1/1 kill signal {signal} to 100/100 vmm\n" + ExitsWithBoth, $"{trigger} of 2: 31.0 to 42.3");

    [Fact]
    public void So_is_one_after_which_it_closes_its_devices_itself_and_then_exits() => Expect(
        Opens + "0.9 1/1 kill signal 15 to 100/100 vmm\n" + ClosesBoth + "9.0 100/100 vmm exits\n9.5 1/1 init reaped of 100/100 vmm",
        "SIGTERM of 2: 0.9 to 9.5");

    [Fact]
    public void But_not_one_after_which_it_closes_them_and_lives_on() => Expect(
        Opens + "0.9 1/1 kill signal 15 to 100/100 vmm\n" + ClosesBoth + "30.0 100/100 vmm exits\n30.5 1/1 init reaped of 100/100 vmm",
        "close of 2: 1.0 to 1.7");

    [Theory]
    [InlineData("38.0")]
    [InlineData("30.0")]
    [InlineData("10.0")]
    public void SIGTERM_and_then_SIGKILL_is_one_shutdown_however_long_the_grace(string asked) => Expect(
        Opens + $"{asked} 1/1 kubelet signal 15 to 100/100 vmm\n39.9 1/1 kubelet signal 9 to 100/100 vmm\n" +
        ExitsWithBoth.Replace("exits", "exits 9", StringComparison.Ordinal), $"SIGTERM of 2: {asked} to 42.3");

    [Fact]
    public void Also_if_the_process_ignores_SIGTERM() => Expect(
        Opens + "30.0 1/1 kill signal 15 ignored to 100/100 vmm\n39.9 1/1 kill signal 9 to 100/100 vmm\n" +
        ExitsWithBoth.Replace("exits", "exits 9", StringComparison.Ordinal), "SIGTERM of 2: 30.0 to 42.3");

    [Fact]
    public void But_what_it_ignores_it_does_not_exit_for() => Expect(
        Opens + "39.0 1/1 nohup signal 1 ignored to 100/100 vmm\n" + ExitsWithBoth, "exit of 2: 40.0 to 42.3");

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    public void Unplugs_every_few_seconds_do_not_lead_from_a_signal_to_the_exit(int signal) => Expect(
        Opens + $"1.0 1/1 kill signal {signal} to 100/100 vmm\n" + """
        7.0 100/100 vmm release begin 0000:01:00.0
        8.0 100/100 vmm release end
        14.0 100/100 vmm release begin 0000:02:00.0
        15.0 100/100 vmm release end
        17.0 100/100 vmm exits
        18.0 1/1 init reaped of 100/100 vmm
        """, "close of 1: 7.0 to 8.0", "close of 1: 14.0 to 15.0");

    [Fact]
    public void SIGKILL_alone_however_long_the_process_cannot_be_woken() => Expect(
        Opens + "15.0 1/1 kill signal 9 to 100/100 vmm\n" + ExitsWithBoth.Replace("exits", "exits 9", StringComparison.Ordinal),
        "SIGKILL of 2: 15.0 to 42.3");

    [Theory]
    [InlineData(139, 11, "SIGSEGV")]
    [InlineData(6, 6, "SIGABRT")]
    [InlineData(7, 7, "SIGBUS")]
    public void A_crash_is_told_by_its_signal(int code, int signal, string trigger) => Expect(
        Opens + $"39.9 100/100 vmm signal {signal} to 100/100 vmm\n" + ExitsWithBoth.Replace("exits", $"exits {code}", StringComparison.Ordinal),
        $"{trigger} of 2: 39.9 to 42.3");

    [Fact]
    public void The_exit_code_tells_the_signal_also_if_that_was_not_seen() => Expect(
        Opens + ExitsWithBoth.Replace("exits", "exits 11", StringComparison.Ordinal), "SIGSEGV of 2: 40.0 to 42.3");

    [Fact]
    public void A_signal_in_the_middle_of_an_open_makes_one_shutdown_with_it() => Expect(
        """
        1.0 100/100 vmm open begin 0000:01:00.0
        1.1 100/100 vmm reset begin function 0000:01:00.0
        1.4 1/1 kill signal 9 to 100/100 vmm
        1.5 100/102 vmm exits 9
        2.1 100/100 vmm reset end function 0
        2.2 100/100 vmm open end 9
        2.3 100/100 vmm release begin 0000:01:00.0 exiting
        2.4 100/100 vmm reset begin function 0000:01:00.0
        3.4 100/100 vmm reset end function 0
        3.5 100/100 vmm release end
        3.6 1/1 init reaped of 100/100 vmm
        """, "SIGKILL of 1: 1.4 to 3.6");

    [Fact]
    public void Its_time_is_attributed_to_the_open_and_its_reset()
    {
        ShutdownPhases phases = Assert.Single(Played.Shutdowns("""
            1.0 100/100 vmm open begin 0000:01:00.0
            1.1 100/100 vmm reset begin function 0000:01:00.0
            1.4 1/1 kill signal 9 to 100/100 vmm
            1.5 100/102 vmm exits 9
            2.1 100/100 vmm reset end function 0
            2.3 100/100 vmm open end 9
            2.3 100/100 vmm release begin 0000:01:00.0 exiting
            3.3 100/100 vmm release end
            3.3 1/1 init reaped of 100/100 vmm
            """)).Phases;
        Assert.Equal((700_000_000, 200_000_000, 1_000_000_000, 0),
            (phases[Phase.Reset], phases[Phase.Open], phases[Phase.Release], phases[Phase.Unattributed]));
    }

    [Fact]
    public void A_reset_by_ioctl_under_way_is_attributed_too()
    {
        ShutdownPhases phases = Assert.Single(Played.Shutdowns(Opens + """
            1.0 100/101 vmm reset begin function 0000:01:00.0
            1.5 1/1 kill signal 9 to 100/100 vmm
            1.5 100/100 vmm exits 9
            2.5 100/101 vmm reset end function 0
            2.5 100/101 vmm release begin 0000:01:00.0 exiting
            3.0 100/101 vmm release end
            3.0 100/101 vmm release begin 0000:02:00.0 exiting
            3.5 100/101 vmm release end
            3.5 1/1 init reaped of 100/100 vmm
            """)).Phases;
        Assert.Equal((1_000_000_000, 1_000_000_000, 0), (phases[Phase.Reset], phases[Phase.Release], phases[Phase.Unattributed]));
    }

    [Fact]
    public void Devices_closed_right_before_an_exit_with_more_of_them_are_one_exit() => Expect(
        Opens + """
        1.0 100/100 vmm release begin 0000:01:00.0
        2.0 100/100 vmm release end
        2.2 100/100 vmm exits
        2.3 100/100 vmm release begin 0000:02:00.0 exiting
        3.3 100/100 vmm release end
        3.5 1/1 init reaped of 100/100 vmm
        """, "exit of 2: 1.0 to 3.5");

    [Fact]
    public void Another_thread_in_the_middle_of_a_close_when_it_exits_is_part_of_that() => Expect(
        Opens + """
        1.0 100/101 vmm release begin 0000:01:00.0
        1.5 100/100 vmm exits
        1.6 100/100 vmm release begin 0000:02:00.0 exiting
        2.0 100/101 vmm release end
        2.6 100/100 vmm release end
        2.7 1/1 init reaped of 100/100 vmm
        """, "exit of 2: 1.0 to 2.7");

    [Fact]
    public void A_close_that_outlasts_others_keeps_them_together() => Expect(
        Opens + """
        1.0 100/101 vmm release begin 0000:01:00.0
        5.0 100/102 vmm release begin 0000:02:00.0
        5.5 100/102 vmm release end
        7.0 100/101 vmm release end
        """, "close of 2: 1.0 to 7.0");

    [Fact]
    public void What_was_going_on_when_the_capture_began_is_a_lower_bound()
    {
        Shutdown shutdown = Assert.Single(Played.Shutdowns("""
            10.5 100/100 vmm release begin 0000:02:00.0 exiting
            11.5 100/100 vmm release end
            12.0 1/1 init reaped of 100/100 vmm
            """, attachedNs: 10_000_000_000, present: new ProcessAtStart(100, "vmm", ["0000:01:00.0", "0000:02:00.0"], Exiting: true)));
        Assert.Equal((true, Trigger.Unknown, 2_000_000_000), (shutdown.BeganBefore, shutdown.Trigger, shutdown.Time.DurationNs));
        // The first was being released already.
        Assert.Empty(shutdown.Unreleased);
    }

    [Fact]
    public void What_was_going_on_when_the_capture_ended_is_one_too()
    {
        Shutdown shutdown = Assert.Single(Played.Shutdowns(Opens + """
            1.0 1/1 kill signal 15 to 100/100 vmm
            1.1 100/100 vmm exits
            1.2 100/100 vmm release begin 0000:01:00.0 exiting
            2.2 100/100 vmm release end
            2.2 100/100 vmm release begin 0000:02:00.0 exiting
            2.3 100/100 vmm reset begin function 0000:02:00.0
            2.8 9/9 x teardown end power
            """));
        Assert.Equal((true, 1, 1_800_000_000), (shutdown.Unfinished, shutdown.Releases.Length, shutdown.Time.DurationNs));
        Assert.Equal("0000:02:00.0", Assert.Single(shutdown.UnderWay).Device);
        // Between the exit and the first release nothing was seen.
        Assert.Equal((500_000_000, 100_000_000), (shutdown.Phases[Phase.Reset], shutdown.Phases[Phase.Unattributed]));
    }

    [Fact]
    public void A_machine_that_was_killed_and_has_let_nothing_go_yet_is_unfinished() => Assert.True(Assert.Single(Played.Shutdowns(
        Opens + "1.0 1/1 kill signal 9 to 100/100 vmm\n4.0 9/9 x teardown end power")).Unfinished);

    private static void Expect(string events, params string[] expected) => Assert.Equal(
        expected,
        Played.Shutdowns(events).Select(s =>
            $"{s.Trigger.Name()} of {s.Releases.Length}: {s.Time.StartNs / 1e9:0.0} to {s.Time.EndNs / 1e9:0.0}"));
}
