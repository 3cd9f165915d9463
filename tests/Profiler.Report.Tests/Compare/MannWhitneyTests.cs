using Profiler.Report.Compare;

namespace Profiler.Report.Tests.Compare;

/// <summary>The ranks that bound an interval: those of published tables, and what holds for all of them.</summary>
public sealed class MannWhitneyTests
{
    // Critical values of U for a two-sided test at 5 %, as in every table of it; a rank is one more.
    [Theory]
    [InlineData(5, 5, 2)]
    [InlineData(5, 10, 8)]
    [InlineData(6, 6, 5)]
    [InlineData(7, 9, 12)]
    [InlineData(8, 8, 13)]
    [InlineData(10, 10, 23)]
    [InlineData(12, 17, 57)]
    [InlineData(15, 15, 64)]
    [InlineData(20, 20, 127)]
    [InlineData(4, 4, 0)]
    [InlineData(3, 5, 0)]
    [InlineData(2, 8, 0)]
    public void It_is_the_critical_value_of_the_table(int before, int after, int critical) =>
        Assert.Equal((critical + 1, critical + 1), (MannWhitney.Rank(before, after), MannWhitney.Rank(after, before)));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(3, 4)]
    [InlineData(2, 7)]
    [InlineData(1, 38)]
    [InlineData(1, 100_000)]
    public void Too_few_are_too_few(int before, int after) => Assert.Equal(0, MannWhitney.Rank(before, after));

    [Fact]
    public void Four_on_each_side_are_enough() => Assert.Equal(4, MannWhitney.Enough);

    // Each of the equally likely orders of six values is tried.
    [Fact]
    public void It_counts_the_orders_of_a_few_values()
    {
        const int Before = 4, After = 6;
        int[] u =
        [
            .. Enumerable.Range(0, 1 << (Before + After)).Where(order => int.PopCount(order) == Before)
                .Select(order => Enumerable.Range(0, Before + After).Where(i => (order >> i & 1) == 1)
                    .Sum(i => Enumerable.Range(0, i).Count(j => (order >> j & 1) == 0)))
                .Order(),
        ];
        long rank = MannWhitney.Rank(Before, After);
        Assert.Equal(210, u.Length);
        Assert.True(u.Count(value => value < rank) <= 0.025 * u.Length);
        Assert.True(u.Count(value => value <= rank) > 0.025 * u.Length);
    }

    [Fact]
    public void By_the_normal_distribution_it_is_nearly_the_same_and_never_narrower()
    {
        for (int before = 1; before <= 30; before++)
        {
            for (int after = 1; after <= 30; after++)
            {
                long exact = MannWhitney.Rank(before, after), normal = MannWhitney.NormalRank(before, after);
                Assert.True(normal <= exact && exact - normal <= 2, $"{before}, {after}: {normal} instead of {exact}");
            }
        }
    }

    [Fact]
    public void More_values_never_make_the_interval_wider()
    {
        for (int before = 1; before < 30; before++)
        {
            for (int after = 1; after < 30; after++)
                Assert.True(MannWhitney.Rank(before, after) <= MannWhitney.Rank(before, after + 1), $"{before}, {after}");
        }
    }
}
