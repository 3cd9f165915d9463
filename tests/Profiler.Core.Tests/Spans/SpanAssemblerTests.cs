using Profiler.Core.Spans;
using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Spans;

public sealed class SpanAssemblerTests
{
    private readonly SpanAssembler _assembler = new();

    [Fact]
    public void A_release_has_its_device_its_lock_its_times_and_its_way_out()
    {
        Operation release = Single<Operation>("""
            1.0 100/101 qemu release begin 0000:01:00.0 lock a1 exiting
            2.5 100/101 qemu release end
            """);
        Assert.Equal(
            (OperationKind.Release, new TaskId(101, 100, "qemu"), "0000:01:00.0", 0xa1ul, true, true, 1_500_000_000),
            (release.Kind, release.Task, release.Device, release.Lock, release.IsPci, release.Exiting, release.Time.DurationNs));
    }

    [Fact]
    public void A_mediated_device_is_no_PCI_device() => Assert.False(Single<Operation>("""
        1.0 100/100 qemu release begin 83b8f4f2-509f-3 mediated
        1.1 100/100 qemu release end
        """).IsPci);

    [Fact]
    public void Threads_do_not_disturb_each_other()
    {
        IReadOnlyList<Activity> done = Assemble("""
            1.0 100/101 a release begin 0000:01:00.0
            1.1 100/102 b release begin 0000:02:00.0
            1.2 100/101 a reset begin function 0000:01:00.0
            1.3 100/102 b reset begin function 0000:02:00.0
            1.4 100/102 b reset end function
            1.5 100/102 b release end
            1.6 100/101 a reset end function
            1.7 100/101 a release end
            """);
        Assert.Equal(["0000:02:00.0", "0000:01:00.0"], done.Cast<Operation>().Select(o => o.Device));
        Assert.All(done.Cast<Operation>(), o => Assert.Equal(o.Device, Assert.Single(o.Resets).Device));
        Assert.Equal(0, _assembler.Unmatched);
    }

    [Theory]
    [InlineData("secondarybus", "0", ResetMethod.Bus)]
    [InlineData("flr", "0", ResetMethod.Flr)]
    [InlineData("afflr", "0", ResetMethod.AfFlr)]
    [InlineData("afflr", "-25", ResetMethod.Unknown)]
    [InlineData("pm", "0", ResetMethod.Pm)]
    [InlineData("pm", "-25", ResetMethod.Unknown)]
    [InlineData("devicespecific", "0", ResetMethod.DeviceSpecific)]
    [InlineData("devicespecific", "-25", ResetMethod.Unknown)]
    public void A_reset_is_named_by_the_method_that_did_it(string step, string result, ResetMethod method)
    {
        Operation release = Single<Operation>($"""
            1.0 100/100 qemu release begin 0000:01:00.0
            1.1 100/100 qemu reset begin function 0000:01:00.0
            1.1 100/100 qemu reset begin {step} 0000:01:00.0
            1.2 100/100 qemu reset end {step} {result}
            1.3 100/100 qemu reset end function
            1.4 100/100 qemu release end
            """);
        Reset reset = Assert.Single(release.Resets);
        Assert.Equal((method, 200_000_000), (reset.Method, reset.Time.DurationNs));
        Assert.Equal(100_000_000, Assert.Single(reset.Parts).Time.DurationNs);
    }

    [Fact]
    public void The_method_is_the_last_one_tried_that_did_not_decline()
    {
        Operation release = Single<Operation>("""
            1.0 100/100 qemu release begin 0000:01:00.0
            1.1 100/100 qemu reset begin function 0000:01:00.0
            1.1 100/100 qemu reset begin devicespecific 0000:01:00.0
            1.1 100/100 qemu reset end devicespecific -25
            1.1 100/100 qemu reset begin pm 0000:01:00.0
            1.1 100/100 qemu reset end pm -25
            1.1 100/100 qemu reset begin secondarybus 0000:00:01.0
            1.2 100/100 qemu reset end secondarybus
            1.2 100/100 qemu reset end function
            1.4 100/100 qemu release end
            """);
        Assert.Equal(ResetMethod.Bus, Assert.Single(release.Resets).Method);
    }

    [Theory]
    [InlineData(ResetStep.Pm, ResetMethod.Pm)]
    [InlineData(ResetStep.None, ResetMethod.Unknown)]
    public void Where_the_methods_own_function_is_inlined_the_wait_for_the_device_names_it(ResetStep waits, ResetMethod method) =>
        Assert.Equal(method, Single<StandaloneReset>($"""
            1.1 100/100 qemu reset begin function 0000:01:00.0
            1.1 100/100 qemu reset begin devicewait 0000:01:00.0 {(int)waits}
            1.2 100/100 qemu reset end devicewait
            1.3 100/100 qemu reset end function
            """).Reset.Method);

    [Fact]
    public void Asking_whether_a_method_would_work_is_no_reset() => Assert.Empty(Assemble("""
        1.0 100/100 modprobe reset begin pm 0000:01:00.0 probing
        1.1 100/100 modprobe reset end pm
        """));

    [Fact]
    public void Waiting_for_a_device_that_powers_up_is_no_reset() => Assert.Empty(Assemble("""
        1.0 100/100 qemu reset begin devicewait 0000:01:00.0
        1.1 100/100 qemu reset end devicewait
        """));

    [Fact]
    public void A_reset_outside_of_a_release_stands_alone() => Assert.Equal("0000:01:00.0", Single<StandaloneReset>("""
        1.0 100/100 qemu reset begin bus 0000:01:00.0
        2.0 100/100 qemu reset end bus
        """).Reset.Device);

    [Fact]
    public void A_wait_names_everybody_who_had_the_lock_meanwhile()
    {
        IReadOnlyList<Activity> done = Assemble("""
            0.0 200/201 w release begin 0000:05:00.0 lock b
            0.1 200/202 w release begin 0000:05:00.1 lock b
            0.1 200/203 w release begin 0000:05:00.2 lock b
            0.2 200/202 w wait begin lock b holder 200/201 w
            0.2 200/203 w wait begin lock b holder 200/201 w
            1.0 200/202 w wait end lock b
            1.0 200/201 w release end
            2.0 200/203 w wait end lock b
            2.0 200/202 w release end
            3.0 200/203 w release end
            """);
        LockWait wait = Assert.Single(done.Cast<Operation>().Single(o => o.Task.Tid == 203).LockWaits);
        Assert.Equal(
            [(201, "0000:05:00.0", 800_000_000), (202, "0000:05:00.1", 1_000_000_000)],
            wait.Holders.Select(h => (h.Task!.Tid, h.Device!, h.Ns)));
        Assert.Equal(wait.Time.DurationNs, wait.Holders.Sum(h => h.Ns));
    }

    [Fact]
    public void A_holder_that_is_just_handing_over_is_nobody()
    {
        Operation release = Single<Operation>("""
            0.0 200/201 w release begin 0000:05:00.0 lock b
            0.1 200/201 w wait begin lock b
            0.2 200/201 w wait end lock b
            0.3 200/201 w release end
            """);
        Assert.Null(Assert.Single(Assert.Single(release.LockWaits).Holders).Task);
    }

    [Fact]
    public void What_is_under_way_is_known_with_its_state_and_whom_it_waits_for()
    {
        Assemble("""
            0.0 200/201 w release begin 0000:05:00.0 lock b
            0.1 200/202 w release begin 0000:05:00.1 lock b
            0.2 200/203 w open begin 0000:06:00.0
            0.3 200/201 w reset begin bus 0000:05:00.0
            0.4 200/202 w wait begin lock b holder 200/201 w
            """);
        Assert.Equal(
            [
                ("0000:05:00.0", OperationState.Resetting, 300_000_000, null),
                ("0000:05:00.1", OperationState.WaitingForLock, 400_000_000, "0000:05:00.0"),
                ("0000:06:00.0", OperationState.Working, 200_000_000, null),
            ],
            _assembler.InFlight().Select(o => (o.Device, o.State, o.StateSinceNs, o.HolderDevice)));
    }

    [Theory]
    [InlineData("1.0 1/1 a release end", 1)]
    [InlineData("1.0 1/1 a reset end function", 1)]
    [InlineData("1.0 1/1 a wait end lock b", 1)]
    [InlineData("1.0 1/1 a release begin 0000:01:00.0\n2.0 1/1 a release begin 0000:02:00.0", 1)]
    [InlineData("1.0 1/1 a release begin 0000:01:00.0\n1.1 1/1 a reset begin bus 0000:01:00.0\n2.0 1/1 a release end", 1)]
    [InlineData("1.0 1/1 a release begin 0000:01:00.0\n2.0 1/1 a gone", 1)]
    public void An_event_without_its_partner_is_counted(string events, int unmatched)
    {
        Assemble(events);
        Assert.Equal(unmatched, _assembler.Unmatched);
    }

    [Fact]
    public void A_process_that_is_gone_has_nothing_under_way()
    {
        Assemble("1.0 1/1 a release begin 0000:01:00.0\n2.0 1/1 a gone");
        Assert.Empty(_assembler.InFlight());
    }

    private T Single<T>(string events) where T : Activity => Assert.IsType<T>(Assert.Single(Assemble(events)));

    private List<Activity> Assemble(string events) => Played.Activities(EventText.Parse(events), _assembler);
}
