using Profiler.Report.Compare;
using Profiler.Tests.Support;

namespace Profiler.Report.Tests.Compare;

/// <summary>Estimates and intervals: an example from a textbook, and what holds for all samples.</summary>
public sealed class PairwiseDifferencesTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30)];

    // M. Hollander, D. A. Wolfe, "Nonparametric Statistical Methods", example 4.1: how well a membrane lets water through, after 12 to 26
    // weeks and at term; in hundredths.
    [Fact]
    public void The_example_of_the_textbook()
    {
        long[] atTerm = [80, 83, 189, 104, 145, 138, 191, 164, 73, 146], early = [115, 88, 90, 74, 121];
        Estimate<long> shift = new PairwiseDifferences(early, atTerm).Shift();
        Assert.Equal((30, -15L, 76L), (shift.Value, shift.AtLeast, shift.AtMost));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void It_is_what_sorting_all_differences_gives(int seed)
    {
        var random = new Random(seed);
        (long[] before, long[] after) = (Sample(random, 1), Sample(random, 1));
        long[] differences = [.. before.SelectMany(b => after.Select(a => a - b)).Order()];
        double[] quotients = [.. before.SelectMany(b => after.Select(a => (double)a / b)).Order()];
        var pairs = new PairwiseDifferences(before, after);
        Estimate<long> shift = pairs.Shift();
        Estimate<double> ratio = pairs.Ratio()!.Value;
        int count = differences.Length, middle = (count - 1) / 2, next = count / 2, rank = (int)MannWhitney.Rank(before.Length, after.Length);
        Assert.Equal(differences[middle] + (differences[next] - differences[middle]) / 2, shift.Value);
        Near(Math.Sqrt(quotients[middle] * quotients[next]), ratio.Value);
        Assert.Equal(rank == 0, shift.AtLeast is null && shift.AtMost is null && ratio.AtLeast is null && ratio.AtMost is null);
        if (rank == 0)
            return;
        Assert.Equal((differences[rank - 1], differences[^rank]), (shift.AtLeast, shift.AtMost));
        Near(quotients[rank - 1], ratio.AtLeast!.Value);
        Near(quotients[^rank], ratio.AtMost!.Value);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_other_way_round_it_is_the_opposite(int seed)
    {
        var random = new Random(seed);
        (long[] before, long[] after) = (Sample(random, 4), Sample(random, 4));
        PairwiseDifferences there = new(before, after), back = new(after, before);
        // An even number of differences has two in the middle: their mean is rounded.
        Assert.InRange(there.Shift().Value + back.Shift().Value, -1, 1);
        Assert.Equal((-there.Shift().AtMost, -there.Shift().AtLeast), (back.Shift().AtLeast, back.Shift().AtMost));
        Near(1 / there.Ratio()!.Value.AtMost!.Value, back.Ratio()!.Value.AtLeast!.Value);
        Near(1 / there.Ratio()!.Value.Value, back.Ratio()!.Value.Value);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Slower_values_never_make_it_look_faster(int seed)
    {
        var random = new Random(seed);
        (long[] before, long[] after) = (Sample(random, 4), Sample(random, 4));
        Estimate<long> was = new PairwiseDifferences(before, after).Shift();
        after[random.Next(after.Length)] += random.Next(1_000_000);
        Estimate<long> now = new PairwiseDifferences(before, after).Shift();
        Assert.True(now.Value >= was.Value && now.AtLeast >= was.AtLeast && now.AtMost >= was.AtMost);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_shift_of_all_values_shifts_it_and_a_factor_is_found(int seed)
    {
        var random = new Random(seed);
        (long[] before, long[] after) = (Sample(random, 4), Sample(random, 4));
        var pairs = new PairwiseDifferences(before, after);
        var later = new PairwiseDifferences(before, after.Select(ns => ns + 12_345));
        var doubled = new PairwiseDifferences(before, after.Select(ns => 2 * ns));
        Assert.Equal((pairs.Shift().Value + 12_345, pairs.Shift().AtLeast + 12_345), (later.Shift().Value, later.Shift().AtLeast));
        Near(2 * pairs.Ratio()!.Value.AtLeast!.Value, doubled.Ratio()!.Value.AtLeast!.Value);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Shift_and_ratio_agree_on_what_is_sure(int seed)
    {
        var random = new Random(seed);
        var pairs = new PairwiseDifferences(Sample(random, 4), Sample(random, 4));
        (Estimate<long> shift, Estimate<double> ratio) = (pairs.Shift(), pairs.Ratio()!.Value);
        Assert.Equal((shift.AtLeast > 0, shift.AtMost < 0), (ratio.AtLeast > 1, ratio.AtMost < 1));
    }

    // As resets are distributed (near one value, few much longer), as waits are, and as nothing is.
    [Theory]
    [InlineData(4, 4)]
    [InlineData(5, 9)]
    [InlineData(10, 10)]
    [InlineData(20, 12)]
    [InlineData(60, 60)]
    public void The_interval_has_the_truth_in_it_as_often_as_it_says(int before, int after)
    {
        Func<Random, double>[] distributions =
        [
            random => random.Next(10) == 0 ? 60e9 * random.NextDouble() : 1e9 + 5e6 * random.NextDouble(),
            random => -1e8 * Math.Log(1 - random.NextDouble()),
            random => 1e9 * random.NextDouble(),
        ];
        const long True = 30_000_000;
        int all = Thorough.Of(20_000);
        foreach (Func<Random, double> distribution in distributions)
        {
            var random = new Random(before * 100 + after);
            long[] Draw(int count, long shift) => [.. Enumerable.Range(0, count).Select(_ => (long)distribution(random) + shift)];
            int inside = Enumerable.Range(0, all)
                .Select(_ => new PairwiseDifferences(Draw(before, 0), Draw(after, True)).Shift())
                .Count(shift => shift.AtLeast <= True && True <= shift.AtMost);
            // Three deviations of a count below what is promised, and not much more than that: 4 and 4 values cannot give less than 97.1 %.
            double share = (double)inside / all, deviation = Math.Sqrt(0.95 * 0.05 / all);
            Assert.InRange(share, 0.95 - 3 * deviation, 0.985);
        }
    }

    [Fact]
    public void A_zero_has_no_ratio()
    {
        Assert.Null(new PairwiseDifferences([0, 1], [1, 2]).Ratio());
        Assert.Null(new PairwiseDifferences([1, 2], [0, 3]).Ratio());
    }

    [Fact]
    public void Equal_values_do_not_differ()
    {
        long[] same = [5, 5, 5, 5];
        var pairs = new PairwiseDifferences(same, same);
        Assert.Equal(new Estimate<long>(0, 0, 0), pairs.Shift());
        Assert.Equal(new Estimate<double>(1, 1, 1), pairs.Ratio());
    }

    [Fact]
    public void Ten_thousand_lives_on_each_side_are_compared()
    {
        var pairs = new PairwiseDifferences(Enumerable.Range(1, 10_000).Select(i => (long)i), Enumerable.Range(1, 10_000).Select(i => (long)i + 100));
        Estimate<long> shift = pairs.Shift();
        Assert.Equal(100, shift.Value);
        Assert.InRange(shift.AtMost!.Value - shift.AtLeast!.Value, 100, 300);
    }

    private static void Near(double expected, double actual) => Assert.Equal(1, actual / expected, 1e-12);

    // With ties, as coarse clocks make them.
    private static long[] Sample(Random random, int least) =>
        [.. Enumerable.Range(0, random.Next(least, least + 12)).Select(_ => 1_000L * random.Next(1, random.Next(2) == 0 ? 40 : 1_000_000))];
}
