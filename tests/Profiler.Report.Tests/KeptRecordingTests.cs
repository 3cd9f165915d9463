using System.Text.Json.Nodes;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Report.Tests;

/// <summary>The flight recorder over days of virtual time: what it keeps, when, and what a report of it says.</summary>
public sealed class KeptRecordingTests : KeptStage
{
    private const int Devices = 4;

    [Fact]
    public void A_slow_shutdown_is_kept_a_moment_later_and_one_that_is_not_slow_is_not()
    {
        Record(new KeepRules(Second));
        Happens("1.0 1/1 virsh signal 15 to 7/7 qemu\n1.0 7/7 qemu release begin 0000:01:00.0 exiting\n1.9 7/7 qemu release end\n1.9 7/7 qemu gone");
        Pass(TimeSpan.FromSeconds(5));
        Assert.Empty(_store.Kept);
        _source.Facts.Add(new ProcessIdentity(8, "web-1"));
        Happens("10.0 1/1 virsh signal 15 to 8/8 qemu\n10.0 8/8 qemu release begin 0000:02:00.0 exiting\n12.5 8/8 qemu release end\n12.5 8/8 qemu gone");
        Pass(Second);
        Assert.Empty(_store.Kept);
        Happens("13.0 9/9 other open begin 0000:03:00.0\n13.1 9/9 other open end");
        Pass(2 * Second);
        (KeptLife life, ReportDocument report) = Assert.Single(_store.Kept);
        Assert.Equal(("web-1", 2_500_000_000), (life.Name, life.DurationNs));
        // With what was before, and what came a moment after.
        Assert.Equal([7, 8], report.Shutdowns.Select(s => s.Pid));
        Assert.Equal(9, Assert.Single(report.Opens).Pid);
        Assert.True(report.Capture.Complete);
    }

    [Fact]
    public void A_slow_start_is_kept()
    {
        Record(new KeepRules(Second));
        Happens("""
            1.0 7/7 qemu contact exec 0.9 vm
            1.1 7/7 qemu open begin 0000:01:00.0
            3.1 7/7 qemu open end
            4.0 7/7 qemu runs
            """);
        Pass(3 * Second);
        Assert.Equal(KeptKind.Start, Assert.Single(_store.Kept).Life.Kind);
        Assert.Equal(7, Assert.Single(Assert.Single(_store.Kept).Report.Starts).Pid);
    }

    [Fact]
    public void What_ends_together_is_in_one_recording_named_after_the_longest()
    {
        Record(new KeepRules(Second));
        foreach (int pid in (int[])[7, 8, 9])
            Happens($"{pid}.0 1/1 virsh signal 15 to {pid}/{pid} vm{pid}\n{pid}.1 {pid}/{pid} vm{pid} release begin 0000:0{pid}:00.0 exiting\n2{pid}.0 {pid}/{pid} vm{pid} release end");
        Happens("40.0 7/7 vm7 gone\n40.0 8/8 vm8 gone\n40.0 9/9 vm9 gone");
        Pass(TimeSpan.FromSeconds(30));
        (KeptLife life, ReportDocument report) = Assert.Single(_store.Kept);
        Assert.Equal("vm7", life.Name);
        Assert.Equal(3, report.Shutdowns.Length);
    }

    [Fact]
    public void Someone_asks_for_a_recording()
    {
        Record(new KeepRules(Second));
        Happens("1.0 7/7 qemu release begin 0000:01:00.0");
        _recorder!.Keep();
        Pass(Second);
        (KeptLife life, ReportDocument report) = Assert.Single(_store.Kept);
        Assert.Null(life.Name);
        Assert.Equal("0000:01:00.0", Assert.Single(Assert.Single(report.Shutdowns).UnderWay).Bdf);
    }

    [Fact]
    public async Task What_is_slow_and_not_over_is_kept_at_the_end()
    {
        Record(new KeepRules(Second));
        Happens("1.0 1/1 virsh signal 15 to 7/7 qemu\n1.0 7/7 qemu exits\n1.0 7/7 qemu release begin 0000:01:00.0 exiting");
        _source.NowNs = 60_000_000_000;
        await _recorder!.Stop();
        Assert.True(Assert.Single(Assert.Single(_store.Kept).Report.Shutdowns).Unfinished);
        Assert.True(_store.Kept[0].Life.Running);
    }

    [Fact]
    public void A_finding_of_the_severity_is_enough()
    {
        Record(new KeepRules(TimeSpan.FromHours(1)) { Finding = Severity.Warning });
        foreach (string line in File.ReadAllLines(Golden.Beside("Cases/serial-exit.events")))
            Happens(line);
        Pass(3 * Second);
        Assert.Contains(Assert.Single(Assert.Single(_store.Kept).Report.Shutdowns).Findings, f => f.Severity == "warning");
    }

    /// <summary>
    /// Hundreds of VMs come and go. Of all that is kept, each shutdown and start that is whole reads as in a recording of everything.
    /// </summary>
    [Theory]
    [InlineData(16 << 20, 60)]
    [InlineData(4 << 10, 3600)]
    public void The_report_of_a_life_is_that_of_a_recording_of_the_whole(long memory, int before)
    {
        Record(new KeepRules(TimeSpan.FromMilliseconds(50)) { MemoryBytes = memory, Before = TimeSpan.FromSeconds(before) });
        const uint old = 9000;
        Happens(EventText.Parse($"0.1 {old}/{old} qemu open begin 0000:00:fe.0\n0.2 {old}/{old} qemu open end 20\n0.3 {old}/{old} qemu open begin 0000:00:ff.0\n0.4 {old}/{old} qemu open end 21"));
        ulong nowNs = 1_000_000_000;
        for (uint vm = 0; vm < 100; vm++)
        {
            var events = new List<WireEvent>();
            nowNs = VmLife.Append(events, 100 + vm * 2, (int)vm * Devices, Devices, nowNs) + 1_000_000_000;
            Happens(events);
            Pass(TimeSpan.FromSeconds(20), nowNs += 20_000_000_000);
        }
        // It has two devices since long before what is remembered, and releases one of them.
        double at = nowNs / 1e9;
        Happens(EventText.Parse(FormattableString.Invariant(
            $"{at:0.0} 1/1 virsh signal 15 to {old}/{old} qemu\n{at:0.0} {old}/{old} qemu release begin 0000:00:fe.0 exiting\n{at + 9:0.0} {old}/{old} qemu release end\n{at + 9:0.0} {old}/{old} qemu gone")));
        Pass(TimeSpan.FromSeconds(20));

        Assert.Equal(101, _store.Kept.Count);
        Assert.All(_store.Kept, kept => Assert.True(kept.Report.Capture.EventsLost == 0));
        Assert.All(_store.Kept[50..], kept => Assert.InRange(kept.Report.Shutdowns.Length, 1, 40)); // not everything since the begin
        JsonObject[] whole = [.. Lives(Whole())];
        for (int i = 0; i < _store.Kept.Count; i++)
        {
            JsonObject[] kept = [.. Lives(_store.Kept[i].Report)];
            Assert.Contains(kept, life => (int)life["pid"]! == (i < 100 ? 100 + i * 2 : (int)old));
            foreach (JsonObject life in kept.Where(l => !(bool)l["began_before"]!))
                Assert.Contains(whole, of => JsonNode.DeepEquals(of, life));
        }
        JsonObject last = Lives(_store.Kept[^1].Report).Single(l => (int)l["pid"]! == old);
        Assert.False((bool)last["began_before"]!);
        Assert.Equal("0000:00:ff.0", (string?)Assert.Single(last["unreleased"]!.AsArray())!["bdf"]);
    }

    [Fact]
    public void A_shutdown_that_takes_longer_than_what_is_remembered_is_kept_from_its_begin()
    {
        Record(new KeepRules(TimeSpan.FromMinutes(10)) { Before = TimeSpan.FromSeconds(30) });
        Happens("1.0 1/1 virsh signal 15 to 7/7 qemu\n1.0 7/7 qemu exits\n1.0 7/7 qemu release begin 0000:01:00.0 exiting");
        ulong nowNs = 2_000_000_000;
        for (uint vm = 0; nowNs < 3600_000_000_000; vm++)
        {
            var events = new List<WireEvent>();
            nowNs = VmLife.Append(events, 100 + vm * 2, 16 + (int)vm * Devices, Devices, nowNs);
            Happens(events);
            Pass(TimeSpan.FromSeconds(20), nowNs += 20_000_000_000);
        }
        Happens($"{nowNs / 1e9:0.0} 7/7 qemu release end\n{nowNs / 1e9:0.0} 7/7 qemu gone");
        Pass(3 * Second);
        Assert.Equal([true, false], _store.Kept.Select(k => k.Life.Running));
        Assert.All(_store.Kept, kept => Assert.False(kept.Report.Shutdowns.Single(s => s.Pid == 7).BeganBefore));
    }

    [Fact]
    public void Losses_before_what_is_remembered_are_not_losses_of_the_recording()
    {
        Record(new KeepRules(TimeSpan.FromMilliseconds(50)) { Before = TimeSpan.FromSeconds(30) });
        _source.Lost = 7;
        ulong nowNs = 1_000_000_000;
        for (uint vm = 0; vm < 40; vm++)
        {
            var events = new List<WireEvent>();
            nowNs = VmLife.Append(events, 100 + vm * 2, (int)vm * Devices, Devices, nowNs);
            Happens(events);
            Pass(TimeSpan.FromSeconds(20), nowNs += 20_000_000_000);
        }
        Assert.Equal((7, 0), (_store.Kept[0].Report.Capture.EventsLost, _store.Kept[^1].Report.Capture.EventsLost));
        _source.Lost = 9;
        _recorder!.Keep();
        Pass(Second);
        Assert.Equal(2, _store.Kept[^1].Report.Capture.EventsLost);
    }

    private static IEnumerable<JsonObject> Lives(ReportDocument report)
    {
        JsonNode json = JsonNode.Parse(ReportJson.Text(report))!;
        foreach (string lives in (string[])["shutdowns", "starts"])
        {
            foreach (JsonNode? life in json[lives]!.AsArray())
                yield return life!.AsObject();
        }
    }
}
