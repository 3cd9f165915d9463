using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Lives;

namespace Profiler.Report.Tests;

/// <summary>A shutdown or start that hangs is kept while it hangs, in virtual time.</summary>
public sealed class KeptWhileHangingTests : KeptStage
{
    private static readonly KeepRules TenSeconds = new(TimeSpan.FromSeconds(10));

    [Fact]
    public void A_shutdown_that_hangs_is_kept_once_while_it_does_and_as_a_whole_when_it_has_ended()
    {
        Record(TenSeconds);
        _source.Facts.Add(new ProcessIdentity(7, "web-1"));
        Happens("""
            1.0 1/1 virsh signal 15 to 7/7 qemu
            1.0 7/7 qemu exits
            1.0 7/7 qemu release begin 0000:01:00.0 exiting
            """);
        Passes(39 * Second);
        Assert.Empty(_store.Kept);
        Passes(15 * Second);
        (KeptLife life, ReportDocument report) = Assert.Single(_store.Kept);
        Assert.Equal(("web-1", KeptKind.Shutdown, true), (life.Name, life.Kind, life.Running));
        Assert.InRange(life.DurationNs, 40_000_000_001, 51_000_000_000);
        ReportShutdown hanging = Assert.Single(report.Shutdowns);
        Assert.True(hanging.Unfinished);
        Assert.Equal("0000:01:00.0", Assert.Single(hanging.UnderWay).Bdf);
        Assert.InRange(hanging.WallNs, life.DurationNs, life.DurationNs + 12_000_000_000);

        Passes(TimeSpan.FromHours(5));
        Assert.Single(_store.Kept);
        double endsAt = _source.NowNs / 1e9;
        Happens(FormattableString.Invariant($"{endsAt:0.0} 7/7 qemu release end\n{endsAt:0.0} 7/7 qemu gone"));
        Pass(3 * Second);
        Assert.Equal(2, _store.Kept.Count);
        Assert.False(_store.Kept[1].Life.Running);
        Assert.False(Assert.Single(_store.Kept[1].Report.Shutdowns).Unfinished);
        Assert.Equal((long)(endsAt * 1e9) - 1_000_000_000, _store.Kept[1].Life.DurationNs, 100_000_000d);
    }

    [Fact]
    public void What_is_slow_and_ends_soon_is_kept_once()
    {
        Record(TenSeconds);
        Happens("1.0 7/7 qemu exits\n1.0 7/7 qemu release begin 0000:01:00.0 exiting");
        Pass(36 * Second);
        Happens("38.0 7/7 qemu release end\n38.0 7/7 qemu gone");
        Pass(60 * Second);
        Assert.False(Assert.Single(_store.Kept).Life.Running);
    }

    [Fact]
    public void One_that_ends_before_it_is_written_is_not_said_to_run()
    {
        Record(TenSeconds);
        Happens("1.0 7/7 qemu exits\n1.0 7/7 qemu release begin 0000:01:00.0 exiting");
        // It is found at once, and written 2 s later.
        Pass(Second, 50_000_000_000);
        Happens("50.5 7/7 qemu release end\n50.5 7/7 qemu gone");
        Pass(60 * Second);
        (KeptLife life, ReportDocument report) = Assert.Single(_store.Kept);
        Assert.False(life.Running);
        Assert.False(Assert.Single(report.Shutdowns).Unfinished);
    }

    [Fact]
    public void A_start_whose_VM_never_runs_is_kept()
    {
        Record(TenSeconds);
        Happens("1.0 7/7 qemu contact exec 0.9 vm\n1.1 7/7 qemu open begin 0000:01:00.0\n3.1 7/7 qemu open end");
        Passes(TimeSpan.FromMinutes(5));
        (KeptLife life, ReportDocument report) = Assert.Single(_store.Kept);
        Assert.Equal((KeptKind.Start, true), (life.Kind, life.Running));
        Assert.True(Assert.Single(report.Starts).Unfinished);
    }

    [Fact]
    public void A_process_that_was_asked_to_end_and_goes_on_does_not_hang()
    {
        Record(TenSeconds);
        Happens("1.0 7/7 qemu open begin 0000:01:00.0\n1.1 7/7 qemu open end\n2.0 1/1 virsh signal 15 to 7/7 qemu");
        Passes(TimeSpan.FromMinutes(20));
        Assert.Empty(_store.Kept);
    }

    [Fact]
    public void A_process_with_the_number_of_one_that_hung_is_another_one()
    {
        Record(TenSeconds);
        for (int at = 1; at < 400; at += 100)
        {
            Happens($"{at}.0 7/7 qemu exits\n{at}.0 7/7 qemu release begin 0000:01:00.0 exiting");
            Passes(70 * Second);
            Happens($"{at + 90}.0 7/7 qemu release end\n{at + 90}.0 7/7 qemu gone");
            Passes(8 * Second);
        }
        Passes(20 * Second);
        Assert.Equal([true, false, true, false, true, false, true, false], _store.Kept.Select(k => k.Life.Running));
    }

    [Fact]
    public void Several_that_hang_for_one_lock_are_in_one_recording()
    {
        Record(TenSeconds);
        foreach (int pid in (int[])[7, 8, 9])
            Happens($"1.{pid} {pid}/{pid} vm{pid} exits\n1.{pid} {pid}/{pid} vm{pid} release begin 0000:0{pid}:00.0 exiting");
        Passes(TimeSpan.FromMinutes(30));
        (KeptLife life, ReportDocument report) = Assert.Single(_store.Kept);
        Assert.Equal("vm7", life.Name);
        Assert.Equal(3, report.Shutdowns.Length);
    }

    [Fact]
    public void What_could_not_be_written_is_tried_again_a_minute_later()
    {
        Record(TenSeconds);
        _store.Failing = 2;
        Happens("1.0 7/7 qemu exits\n1.0 7/7 qemu release begin 0000:01:00.0 exiting");
        Passes(TimeSpan.FromMinutes(2));
        Assert.Empty(_store.Kept);
        Passes(TimeSpan.FromHours(1));
        Assert.True(Assert.Single(_store.Kept).Life.Running);
        Assert.Equal(-1, _store.Failing);
    }

    // Second by second, as a live capture does.
    private void Passes(TimeSpan time)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += Second)
            Pass(Second);
    }
}
