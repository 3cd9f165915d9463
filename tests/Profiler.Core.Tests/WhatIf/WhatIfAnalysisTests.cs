using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Problems;
using Profiler.Core.Spans;
using Profiler.Core.WhatIf;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.WhatIf;

/// <summary>What each rule would save, what nothing would, and what cannot be told.</summary>
public sealed class WhatIfAnalysisTests
{
    private static readonly ImmutableArray<WhatIfRule> All = [.. Enum.GetValues<WhatIfRule>()];

    private static readonly Arbitrary<StagedClose[]> AnyConvoy = Arb.From(
        from count in Gen.Choose(1, 12)
        from closes in (
            from thread in Gen.Choose(0, 5)
            from letter in Gen.Elements('a', 'b', 'c')
            from gapMs in Gen.Choose(0, 300)
            from resetMs in Gen.Choose(0, 1_100)
            from workMs in Gen.Choose(0, 60)
            select new StagedClose(thread, letter, gapMs, resetMs, workMs)).ArrayOf(count)
        select closes);

    [Fact]
    public void Without_a_rule_a_replay_takes_as_long_as_was_recorded() => Prop.ForAll(AnyConvoy, Gen.Choose(0, 4).ToArbitrary(), (closes, cpus) =>
    {
        List<Shutdown> lives = Played.Shutdowns(StagedConvoy.Of(closes));
        WhatIfAnalysis analysis = Analysis(lives, cpus: cpus == 0 ? null : cpus);
        Assert.All(lives, life => Assert.InRange(analysis.ReplayedNs(life)!.Value - life.Time.DurationNs, -1_000, 1_000));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_rule_saves_less_than_nothing_or_more_than_all_of_it() => Prop.ForAll(AnyConvoy, Gen.Choose(1, 4).ToArbitrary(), (closes, cpus) =>
    {
        List<Shutdown> lives = Played.Shutdowns(StagedConvoy.Of(closes));
        WhatIfAnalysis analysis = Analysis(lives, cpus: cpus);
        foreach (Shutdown life in lives)
        {
            foreach (WhatIfAnswer answer in analysis.Of(life, [WhatIfRule.ParallelClose, WhatIfRule.SplitDevSets, WhatIfRule.Flr]))
                Assert.InRange(answer.SavedNs!.Value, 0, life.Time.DurationNs);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void One_after_another_could_be_at_the_same_time()
    {
        Shutdown serial = Shutdown([new(0, 'a', 0, 1000, 10), new(0, 'b', 5, 800, 10), new(0, 'c', 5, 900, 10)]);
        Assert.Equal(1_020, WouldTakeMs(serial, WhatIfRule.ParallelClose));
    }

    [Fact]
    public void But_not_those_that_share_a_lock()
    {
        Shutdown serial = Shutdown([new(0, 'a', 0, 1000, 10), new(0, 'b', 0, 800, 10), new(0, 'a', 0, 900, 10)]);
        Assert.Equal(1_940, WouldTakeMs(serial, WhatIfRule.ParallelClose));
        Assert.Equal(1_020, WouldTakeMs(serial, WhatIfRule.ParallelClose, WhatIfRule.SplitDevSets));
    }

    [Fact]
    public void Nor_those_of_one_IOMMU_group()
    {
        Shutdown serial = Shutdown([new(0, 'a', 0, 1000, 0), new(0, 'b', 0, 1000, 0)]);
        Assert.Equal(2_000, Assert.Single(Analysis([serial], group: 7).Of(serial, [WhatIfRule.ParallelClose])).WouldTakeNs! / 1_000_000);
    }

    [Fact]
    public void Few_CPUs_are_shared_by_the_threads_that_close()
    {
        Shutdown serial = Shutdown([.. Enumerable.Range(0, 4).Select(i => new StagedClose(0, (char)('a' + i), 0, 1000, 50))]);
        Assert.Equal(1_100, WouldTakeMs(serial, WhatIfRule.ParallelClose));
        Assert.Equal(1_400, Assert.Single(Analysis([serial], cpus: 1).Of(serial, [WhatIfRule.ParallelClose])).WouldTakeNs! / 1_000_000);
        Assert.Equal(1_200, Assert.Single(Analysis([serial], cpus: 2).Of(serial, [WhatIfRule.ParallelClose])).WouldTakeNs! / 1_000_000);
    }

    [Fact]
    public void A_convoy_ends_where_each_device_has_its_own_lock()
    {
        Shutdown convoy = Shutdown([new(0, 'a', 0, 1000, 10), new(1, 'a', 1, 1000, 10), new(2, 'a', 2, 1000, 10)]);
        Assert.Equal(3_060, convoy.Time.DurationNs / 1_000_000);
        Assert.Equal(1_022, WouldTakeMs(convoy, WhatIfRule.SplitDevSets));
    }

    [Fact]
    public void An_FLR_takes_what_this_host_needs_for_it_else_what_is_documented()
    {
        Shutdown convoy = Shutdown([new(0, 'a', 0, 1000, 10), new(1, 'a', 1, 1000, 10)]);
        WhatIfAnswer documented = Assert.Single(Analysis([convoy]).Of(convoy, [WhatIfRule.Flr]));
        Assert.Equal(2 * (10 + 100 + 10), documented.WouldTakeNs / 1_000_000);
        Assert.Contains("no FLR of 0000:01:00.0, 0000:02:00.0 was seen: taken to last the documented 0.1 s", documented.Notes);
        WhatIfAnswer seen = Assert.Single(Analysis([convoy], flrMs: 250).Of(convoy, [WhatIfRule.Flr]));
        Assert.Equal(2 * (10 + 250 + 10), seen.WouldTakeNs / 1_000_000);
        Assert.Empty(seen.Notes);
    }

    [Theory]
    [InlineData("events_lost", "the capture is incomplete: some events lost: the ring buffer was full")]
    [InlineData("names_failed", null)]
    [InlineData("unfinished", null)]
    public void An_incomplete_capture_gives_no_figure(string problem, string? unknown)
    {
        Shutdown serial = Shutdown([new(0, 'a', 0, 1000, 0), new(0, 'b', 0, 1000, 0)]);
        WhatIfAnswer answer = Assert.Single(Analysis([serial], problems: [new Problem(problem)]).Of(serial, [WhatIfRule.ParallelClose]));
        Assert.Equal((unknown, unknown is null), (answer.Unknown, answer.WouldTakeNs is not null));
    }

    [Fact]
    public void Nor_does_a_driver_that_may_have_a_lock_of_its_own_unless_it_was_seen_to_close_two_devices_at_once()
    {
        Shutdown serial = Shutdown([new(0, 'a', 0, 1000, 0), new(0, 'b', 0, 1000, 0)]);
        Assert.StartsWith("its driver odd_vfio_pci may have a lock", Assert.Single(Analysis([serial], driver: "odd_vfio_pci").Of(serial, [WhatIfRule.ParallelClose])).Unknown, StringComparison.Ordinal);
        Shutdown parallel = Shutdown([new(0, 'a', 0, 1000, 0), new(1, 'b', 3, 1000, 0)]);
        Assert.Null(Assert.Single(Analysis([parallel], driver: "odd_vfio_pci").Of(parallel, [WhatIfRule.ParallelClose])).Unknown);
    }

    [Fact]
    public void Nor_does_a_device_of_which_nothing_is_known()
    {
        Shutdown serial = Shutdown([new(0, 'a', 0, 1000, 0), new(0, 'b', 0, 1000, 0)]);
        var analysis = new WhatIfAnalysis(serial.Releases, [], [], new Dictionary<string, DeviceIdentity>(), [], null);
        Assert.All(analysis.Of(serial, [WhatIfRule.ParallelClose, WhatIfRule.Flr]).Take(1), a => Assert.Null(a.WouldTakeNs));
    }

    [Fact]
    public void A_start_in_small_pages_would_be_as_fast_as_others_in_large_ones_if_there_were_any()
    {
        const string small = """
            1.0 200/200 qemu contact vm
            1.0 200/200 qemu starting begin dma bytes 1g
            2.0 200/200 qemu starting end dma bytes 1g pinned 1g faults 262144 faulted 1g
            2.5 200/201 qemu runs
            """;
        const string large = """

            3.0 900/900 other contact vm
            3.0 900/900 other starting begin dma bytes 1g
            3.1 900/900 other starting end dma bytes 1g pinned 1g faults 512 faulted 1g
            3.2 900/901 other runs
            """;
        List<Start> starts = Played.Starts(small + large);
        WhatIfAnswer answer = Assert.Single(Analysis([], starts: starts).Of(starts[0], [WhatIfRule.HugePages]));
        Assert.Equal(600, answer.WouldTakeNs / 1_000_000);
        List<Start> alone = Played.Starts(small);
        Assert.StartsWith("how fast this host maps large pages was not seen", Assert.Single(Analysis([], starts: alone).Of(alone[0], [WhatIfRule.HugePages])).Unknown, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_rule_is_answered_for_itself_and_then_all_together()
    {
        Shutdown serial = Shutdown([new(0, 'a', 0, 1000, 0), new(0, 'b', 0, 1000, 0)]);
        Assert.Equal(
            ["Flr", "ParallelClose", "ParallelClose Flr"],
            Analysis([serial]).Of(serial, [WhatIfRule.Flr, WhatIfRule.ParallelClose, WhatIfRule.Flr]).Select(a => string.Join(' ', a.Rules)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_table_has_a_row_for_each_rule_in_their_order() => Assert.Equal(All, WhatIfRules.All.Select(r => r.Rule));

    private static Shutdown Shutdown(StagedClose[] closes) => Assert.Single(Played.Shutdowns(StagedConvoy.Of(closes)));

    private static long WouldTakeMs(Shutdown life, params ImmutableArray<WhatIfRule> rules) => Analysis([life]).Of(life, rules)[^1].WouldTakeNs!.Value / 1_000_000;

    private static WhatIfAnalysis Analysis(
        IReadOnlyList<Shutdown> lives, int? cpus = null, int? group = null, int? flrMs = null, string driver = "vfio-pci",
        Problem[]? problems = null, IReadOnlyList<Start>? starts = null)
    {
        string[] bdfs = [.. lives.SelectMany(l => l.Releases).Select(r => r.Device).Distinct()];
        Reset[] flrs = [.. flrMs is { } ms ? [new Reset(bdfs[0], ResetMethod.Flr, [], new Core.Spans.Interval(0, ms * 1_000_000L), 0, [])] : Array.Empty<Reset>()];
        return new WhatIfAnalysis(
            [.. lives.SelectMany(l => l.Releases)], flrs, starts ?? [],
            bdfs.Select((bdf, i) => new DeviceIdentity(bdf, "8086", "10d3", null, null, "020000", group ?? i, driver, ["flr", "bus"], [])).ToDictionary(d => d.Bdf),
            problems ?? [], cpus);
    }
}
