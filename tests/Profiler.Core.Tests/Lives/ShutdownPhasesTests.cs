using FsCheck;
using FsCheck.Fluent;
using Profiler.Core.Lives;
using Profiler.Core.Spans;
using Profiler.Core.Wire;
using Profiler.Tests.Support;
using Interval = Profiler.Core.Spans.Interval;

namespace Profiler.Core.Tests.Lives;

/// <summary>Where the wall time went: each nanosecond counts once.</summary>
public sealed class ShutdownPhasesTests
{
    [Fact]
    public void A_whole_teardown_from_the_signal_to_the_reaping()
    {
        ShutdownPhases phases = Single("""
            0.0 1/1     kill signal 15 to 100/100 qemu
            0.5 100/100 qemu exits
            0.6 100/101 qemu teardown begin memory
            0.7 100/101 qemu teardown begin kvm
            0.8 100/101 qemu teardown end kvm
            1.0 100/101 qemu teardown end memory
            1.1 100/101 qemu teardown begin files
            1.2 100/101 qemu release begin 0000:01:00.0 exiting
            1.3 100/101 qemu teardown begin power
            1.4 100/101 qemu teardown end power
            1.5 100/101 qemu reset begin function 0000:01:00.0
            2.5 100/101 qemu reset end function 0
            2.6 100/101 qemu teardown begin iommu
            3.0 100/101 qemu teardown end iommu
            3.1 100/101 qemu release end
            3.2 100/101 qemu teardown end files
            3.5 100/101 qemu gone
            3.6 1/1     init reaped of 100/100 qemu
            """);
        Assert.Equal(
            "Reset 1.0, Power 0.1, Iommu 0.4, Kvm 0.1, Release 0.4, Open 0.0, LockWait 0.0, Memory 0.3, Files 0.2, CoreDump 0.0, Reaping 0.1, Process 0.5, Unattributed 0.5",
            Text(phases));
    }

    [Fact]
    public void A_core_dump_is_a_phase_also_while_other_threads_are_exiting_already() => Assert.Equal(
        "Reset 0.0, Power 0.0, Iommu 0.0, Kvm 0.0, Release 0.5, Open 0.0, LockWait 0.0, Memory 0.0, Files 0.5, CoreDump 8.0, Reaping 0.5, Process 0.5, Unattributed 0.5",
        Text(Single("""
            0.0 100/101 qemu signal 11 to 100/100 qemu
            0.5 100/101 qemu teardown begin coredump
            0.7 100/102 qemu exits 11
            8.5 100/101 qemu teardown end coredump
            9.0 100/101 qemu teardown begin files
            9.5 100/101 qemu release begin 0000:01:00.0 exiting
            10  100/101 qemu release end
            10  100/101 qemu teardown end files
            10  100/101 qemu gone
            10.5 1/1     init reaped of 100/100 qemu
            """)));

    [Fact]
    public void While_one_resets_the_waiting_of_others_does_not_count() => Assert.Equal(
        "Reset 1.0, Power 0.0, Iommu 0.0, Kvm 0.0, Release 0.5, Open 0.0, LockWait 0.5, Memory 0.0, Files 0.0, CoreDump 0.0, Reaping 0.0, Process 0.0, Unattributed 0.0",
        Text(Single("""
            1.0 100/101 a release begin 0000:01:00.0
            1.0 100/102 a release begin 0000:02:00.0
            1.0 100/101 a wait begin lock ff holder 200/200 b
            1.0 100/102 a wait begin lock ff holder 200/200 b
            1.5 100/101 a wait end lock ff
            1.5 100/101 a reset begin function 0000:01:00.0
            2.5 100/101 a reset end function 0
            2.5 100/102 a wait end lock ff
            2.5 100/101 a release end
            3.0 100/102 a release end
            """)));

    /// <summary>Of which all but the waits is a reset.</summary>
    [Fact]
    public void A_reset_that_the_process_asked_for_belongs_to_its_shutdown() => Assert.Equal(
        "Reset 2.5, Power 0.0, Iommu 0.0, Kvm 0.0, Release 0.0, Open 0.0, LockWait 0.5, Memory 0.0, Files 0.0, CoreDump 0.0, Reaping 0.0, Process 0.0, Unattributed 0.0",
        Text(Single("""
            0.0 100/100 a open begin 0000:01:00.0
            0.1 100/100 a open end 9
            1.0   50/50 b signal 9 to 100/100 a
            1.0 100/101 a user_reset begin hot 0000:01:00.0 lock ff
            1.0 100/101 a wait begin lock ff holder 200/200 b
            1.5 100/101 a wait end lock ff
            1.6 100/101 a reset begin bus 0000:01:00.0
            2.5 100/101 a reset end bus 0
            3.0 100/101 a user_reset end 0
            3.0 100/100 a exits 9
            3.0 100/100 a release begin 0000:01:00.0 exiting
            3.0 100/100 a reset begin bus 0000:01:00.0
            4.0 100/100 a reset end bus 0
            4.0 100/100 a release end
            4.0 100/100 a gone
            """)));

    [Fact]
    public void Between_closes_the_process_is_busy_with_itself() => Assert.Equal(500_000_000, Single("""
        1.0 100/100 a release begin 0000:01:00.0
        2.0 100/100 a release end
        2.5 100/100 a release begin 0000:02:00.0
        3.0 100/100 a release end
        """)[Phase.Process]);

    [Fact]
    public void Whatever_overlaps_the_phases_add_up_to_the_wall_time()
    {
        Gen<Interval> anyTime = from start in Gen.Choose(0, 1000) from length in Gen.Choose(0, 500) select new Interval(start, start + length);
        Gen<TeardownPart> anyPart =
            from step in Gen.Elements(TeardownStep.Memory, TeardownStep.Files, TeardownStep.Iommu, TeardownStep.Kvm, TeardownStep.Power,
                TeardownStep.CoreDump)
            from time in anyTime
            select new TeardownPart(new TaskId(1, 1, "a"), step, time);
        Gen<Operation> anyRelease =
            from time in anyTime
            from exiting in Gen.Elements(true, false)
            select new Operation(
                OperationKind.Release, new TaskId(1, 1, "a"), "a", 0, "0000:01:00.0", true, 0, exiting, time,
                time.DurationNs < 10 ? [] : [new LockWait(1, LockKind.DevSet, new Interval(time.StartNs + 1, time.StartNs + 5), [])],
                time.DurationNs < 10 ? [] : [new Reset("0000:01:00.0", ResetMethod.Bus, [], new Interval(time.StartNs + 6, time.EndNs - 1), 0, [])]);
        Prop.ForAll(
            anyRelease.ArrayOf().ToArbitrary(), anyPart.ArrayOf().ToArbitrary(), anyTime.ToArbitrary(),
            (releases, parts, time) =>
            {
                var shutdown = new Shutdown(new TaskId(1, 1, "a"), Trigger.Exit, [], time, [.. releases])
                {
                    Parts = [.. parts],
                    ExitsNs = time.StartNs + time.DurationNs / 3,
                };
                return Enum.GetValues<Phase>().Sum(p => shutdown.Phases[p]) == time.DurationNs;
            }).QuickCheckThrowOnFailure();
    }

    private static string Text(ShutdownPhases phases) =>
        string.Join(", ", Enum.GetValues<Phase>().Select(p => $"{p} {phases[p] / 1e9:0.0}"));

    private static ShutdownPhases Single(string events) => Assert.Single(Played.Shutdowns(events)).Phases;
}
