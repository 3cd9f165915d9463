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
    [InlineData("acpi", "0", ResetMethod.Acpi)]
    [InlineData("cxlbus", "0", ResetMethod.CxlBus)]
    [InlineData("d3cold", "0", ResetMethod.D3cold)]
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
    public void Methods_are_tried_one_after_another_until_one_works() => Assert.Equal(
        [
            (ResetMethod.Flr, 60_000_000_000, -25), (ResetMethod.Bus, 1_100_000_000, 0),
        ],
        Attempts("""
             1.0 100/100 qemu reset begin function 0000:01:00.0
             1.0 100/100 qemu reset begin devicespecific 0000:01:00.0
             1.0 100/100 qemu reset end devicespecific -25
             1.0 100/100 qemu reset begin flr 0000:01:00.0
             1.1 100/100 qemu reset begin devicewait 0000:01:00.0 5
            61.0 100/100 qemu reset end devicewait
            61.0 100/100 qemu reset end flr -25
            61.0 100/100 qemu reset begin pm 0000:01:00.0
            61.0 100/100 qemu reset end pm -25
            61.0 100/100 qemu reset begin secondarybus 0000:00:01.0
            61.1 100/100 qemu reset end secondarybus
            61.1 100/100 qemu reset begin bridgewait 0000:00:01.0
            62.0 100/100 qemu reset end bridgewait
            62.1 100/100 qemu reset end function
            """));

    [Fact]
    public void A_bus_reset_by_the_slot_and_by_the_bridge_is_one_attempt() => Assert.Equal(
        [(ResetMethod.Bus, 2_000_000_000, -25)],
        Attempts("""
            1.0 100/100 qemu reset begin function 0000:01:00.0
            1.0 100/100 qemu reset begin secondarybus 0000:00:01.0
            1.0 100/100 qemu reset end secondarybus
            1.0 100/100 qemu reset begin bridgewait 0000:00:01.0
            2.0 100/100 qemu reset end bridgewait
            2.0 100/100 qemu reset begin secondarybus 0000:00:01.0
            2.0 100/100 qemu reset end secondarybus
            2.0 100/100 qemu reset begin bridgewait 0000:00:01.0
            3.0 100/100 qemu reset end bridgewait
            3.0 100/100 qemu reset end function -25
            """));

    [Fact]
    public void What_is_inside_the_function_of_a_method_is_no_other_method() => Assert.Equal(
        [(ResetMethod.DeviceSpecific, 1_000_000_000, 0)],
        Attempts("""
            1.0 100/100 qemu reset begin function 0000:01:00.0
            1.1 100/100 qemu reset begin devicespecific 0000:01:00.0
            1.1 100/100 qemu reset begin flr 0000:01:00.0
            1.9 100/100 qemu reset end flr
            2.0 100/100 qemu reset end devicespecific
            2.0 100/100 qemu reset end function
            """));

    [Fact]
    public void What_the_IOMMU_does_belongs_to_the_method_that_it_is_done_for() => Assert.Equal(
        [(ResetMethod.Bus, 1_100_000_000, -25), (ResetMethod.CxlBus, 900_000_000, 0)],
        Attempts("""
            1.0 100/100 qemu reset begin function 0000:01:00.0
            1.0 100/100 qemu reset begin iommublock 0000:01:00.0
            1.1 100/100 qemu reset end iommublock
            1.1 100/100 qemu reset begin secondarybus 0000:00:01.0
            2.0 100/100 qemu reset end secondarybus
            2.0 100/100 qemu reset begin iommurestore 0000:01:00.0
            2.1 100/100 qemu reset end iommurestore
            2.1 100/100 qemu reset begin cxlbus 0000:01:00.0
            2.1 100/100 qemu reset begin iommublock 0000:01:00.0
            2.2 100/100 qemu reset end iommublock
            2.2 100/100 qemu reset begin secondarybus 0000:00:01.0
            2.9 100/100 qemu reset end secondarybus
            3.0 100/100 qemu reset end cxlbus
            3.0 100/100 qemu reset end function
            """));

    [Fact]
    public void An_error_that_ends_the_attempts_is_that_of_the_last_one() => Assert.Equal(
        [(ResetMethod.Flr, 1_000_000_000, -25), (ResetMethod.Pm, 100_000_000, -22)],
        Attempts("""
            1.0 100/100 qemu reset begin function 0000:01:00.0
            1.0 100/100 qemu reset begin flr 0000:01:00.0
            2.0 100/100 qemu reset end flr -25
            2.0 100/100 qemu reset begin pm 0000:01:00.0
            2.0 100/100 qemu reset end pm -22
            2.1 100/100 qemu reset end function -22
            """));

    [Fact]
    public void Where_all_methods_decline_none_was_tried() => Assert.Empty(Attempts("""
        1.0 100/100 qemu reset begin function 0000:01:00.0
        1.0 100/100 qemu reset begin afflr 0000:01:00.0
        1.0 100/100 qemu reset end afflr -25
        1.0 100/100 qemu reset end function -25
        """));

    [Fact]
    public void A_method_without_a_probe_is_unknown() => Assert.Equal(
        [(ResetMethod.Flr, 1_000_000_000, -25), (ResetMethod.Unknown, 500_000_000, 0)],
        Attempts("""
            1.0 100/100 qemu reset begin function 0000:01:00.0
            1.0 100/100 qemu reset begin flr 0000:01:00.0
            2.0 100/100 qemu reset end flr -25
            2.5 100/100 qemu reset end function
            """));

    [Fact]
    public void A_reset_in_progress_knows_what_has_failed()
    {
        var assembler = new SpanAssembler();
        Played.Activities(EventText.Parse("""
             1.0 100/100 qemu release begin 0000:01:00.0
             1.0 100/100 qemu reset begin function 0000:01:00.0
             1.0 100/100 qemu reset begin flr 0000:01:00.0
             1.1 100/100 qemu reset begin devicewait 0000:01:00.0 5
            61.0 100/100 qemu reset end devicewait
            61.0 100/100 qemu reset end flr -25
            """), assembler);
        OperationInFlight between = Assert.Single(assembler.InFlight());
        Assert.Equal((ResetMethod.Unknown, ResetMethod.Flr), (between.Method, Assert.Single(between.FailedAttempts).Method));
        Played.Activities(EventText.Parse("61.0 100/100 qemu reset begin secondarybus 0000:00:01.0"), assembler);
        OperationInFlight next = Assert.Single(assembler.InFlight());
        Assert.Equal((ResetMethod.Bus, ResetMethod.Flr), (next.Method, Assert.Single(next.FailedAttempts).Method));
    }

    private IEnumerable<(ResetMethod, long, int)> Attempts(string events) =>
        Single<StandaloneReset>(events).Reset.Attempts.Select(a => (a.Method, a.Time.DurationNs, a.Result));

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

    [Theory]
    [InlineData("device", OperationKind.DeviceReset)]
    [InlineData("hot", OperationKind.HotReset)]
    public void A_reset_that_a_program_asks_for_is_an_operation_with_the_reset_inside(string ioctl, OperationKind kind)
    {
        Operation operation = Single<Operation>($"""
            1.0 100/101 qemu user_reset begin {ioctl} 0000:01:00.0 lock a1
            1.1 100/101 qemu reset begin bus 0000:01:00.0
            2.1 100/101 qemu reset end bus -25
            2.2 100/101 qemu user_reset end -25
            """);
        Assert.Equal(
            (kind, "0000:01:00.0", 0xa1ul, 1_200_000_000, -25),
            (operation.Kind, operation.Device, operation.Lock, operation.Time.DurationNs, operation.Result));
        Assert.Equal((ResetMethod.Bus, 1_000_000_000), (operation.Resets.Single().Method, operation.Resets.Single().Time.DurationNs));
        Assert.Equal(0, _assembler.Unmatched);
    }

    [Fact]
    public void While_it_goes_on_others_see_it_hold_the_lock()
    {
        List<Activity> done = Assemble("""
            1.0 100/101 qemu user_reset begin hot 0000:01:00.0 lock a1
            1.1 100/101 qemu reset begin bus 0000:01:00.0
            1.2 200/200 vm release begin 0000:01:00.1 lock a1
            1.2 200/200 vm wait begin devset lock a1 holder 100/101 qemu
            2.1 100/101 qemu reset end bus 0
            2.2 100/101 qemu user_reset end 0
            2.2 200/200 vm wait end lock a1
            2.3 200/200 vm release end
            """);
        Holder holder = Assert.Single(Assert.Single(done.OfType<Operation>().Last().LockWaits).Holders);
        Assert.Equal(("0000:01:00.0", 1_000_000_000, 900_000_000), (holder.Device, holder.Ns, holder.ResetNs));
    }

    [Fact]
    public void The_end_of_another_operation_does_not_end_it()
    {
        Assert.Empty(Assemble("""
            1.0 100/101 qemu user_reset begin hot 0000:01:00.0
            2.0 100/101 qemu release end
            """));
        Assert.Equal(1, _assembler.Unmatched);
    }

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
    public void Readers_of_an_rw_semaphore_are_nobody_and_a_writer_is_named()
    {
        List<Activity> done = Assemble("""
            0.0 200/201 w release begin 0000:05:00.0
            0.0 200/202 w release begin 0000:05:00.1
            0.1 200/201 w wait begin lock b rwsem holder 200/203 m
            0.1 200/202 w wait begin lock b rwsem writer holder 200/203 m
            1.0 200/201 w wait end lock b
            1.1 200/202 w wait end lock b
            2.0 200/201 w release end
            2.0 200/202 w release end
            """);
        LockWait Wait(int tid) => Assert.Single(done.Cast<Operation>().Single(o => o.Task.Tid == tid).LockWaits);
        Assert.Equal((LockKind.Rwsem, false), (Wait(201).Kind, Wait(201).AsWriter));
        Assert.Equal((LockKind.Rwsem, true), (Wait(202).Kind, Wait(202).AsWriter));
        Assert.Equal([(203, 900_000_000)], Wait(201).Holders.Select(h => (h.Task?.Tid, h.Ns)));
        // Others may read beside the one that was seen to get it.
        Assert.Equal([(203, 900_000_000), (null, 100_000_000)], Wait(202).Holders.Select(h => (h.Task?.Tid, h.Ns)));
    }

    [Fact]
    public void A_mutex_has_neither_readers_nor_writers() => Assert.Null(Assert.Single(Single<Operation>("""
        0.0 200/201 w release begin 0000:05:00.0 lock b
        0.1 200/201 w wait begin devset lock b holder 200/202 w
        0.2 200/201 w wait end lock b
        0.3 200/201 w release end
        """).LockWaits).AsWriter);

    [Fact]
    public void An_open_that_knows_its_lock_holds_it_while_it_resets()
    {
        // Bound to an iommufd: the second waits for the first, and the third for both.
        List<Activity> done = Assemble("""
            0.0 200/201 w open begin 0000:05:00.0 lock b
            0.1 300/301 x open begin 0000:05:00.1 lock b
            0.2 400/401 y open begin 0000:05:00.2 lock b
            0.3 300/301 x wait begin devset lock b holder 200/201 w
            0.3 400/401 y wait begin devset lock b holder 200/201 w
            1.0 200/201 w open end 0
            1.1 300/301 x wait end lock b
            1.2 300/301 x reset begin function 0000:05:00.1
            2.0 300/301 x reset end function
            2.1 400/401 y wait end lock b
            2.1 300/301 x open end 0
            3.0 400/401 y open end 0
            """);
        LockWait wait = Assert.Single(done.OfType<Operation>().Single(o => o.Task.Tid == 401).LockWaits);
        Assert.Equal(LockKind.DevSet, wait.Kind);
        Assert.Equal(
            [(201, "0000:05:00.0", 800_000_000), (301, "0000:05:00.1", 1_000_000_000)],
            wait.Holders.Select(h => (h.Task!.Tid, h.Device!, h.Ns)));
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
