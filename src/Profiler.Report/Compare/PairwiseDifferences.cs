using System.Collections.Immutable;

namespace Profiler.Report.Compare;

/// <summary>
/// By how much the values of one sample are larger than those of another: the median of all differences between a value of one and a value
/// of the other (J. L. Hodges, E. L. Lehmann, "Estimates of Location Based on Rank Tests", Annals of Mathematical Statistics 34, 1963), with
/// an interval by <see cref="MannWhitney"/>. One value that is far off moves neither much.
/// </summary>
/// <remarks>Differences are counted, not stored: their number is the product of the samples' sizes.</remarks>
internal sealed class PairwiseDifferences
{
    private readonly ImmutableArray<long> _before, _after;

    /// <param name="before">Nanoseconds, 0 or more; at least one.</param>
    /// <param name="after">Likewise.</param>
    public PairwiseDifferences(IEnumerable<long> before, IEnumerable<long> after) => (_before, _after) = ([.. before.Order()], [.. after.Order()]);

    private long Count => (long)_before.Length * _after.Length;

    /// <summary>After minus before, nanoseconds.</summary>
    public Estimate<long> Shift()
    {
        (long low, long high) = Middle;
        long lower = Difference(low), upper = Difference(high);
        long rank = MannWhitney.Rank(_before.Length, _after.Length);
        return rank == 0
            ? new(lower + (upper - lower) / 2, null, null)
            : new(lower + (upper - lower) / 2, Difference(rank), Difference(Count + 1 - rank));
    }

    /// <summary>After divided by before: the same of the logarithms. Null if a value is 0.</summary>
    public Estimate<double>? Ratio()
    {
        if (_before[0] == 0 || _after[0] == 0)
            return null;
        (long low, long high) = Middle;
        double value = Math.Sqrt(Quotient(low) * Quotient(high));
        long rank = MannWhitney.Rank(_before.Length, _after.Length);
        return rank == 0 ? new(value, null, null) : new(value, Quotient(rank), Quotient(Count + 1 - rank));
    }

    // The ranks of the two differences in the middle; of an odd number of them, twice the same.
    private (long, long) Middle => ((Count + 1) / 2, Count / 2 + 1);

    // The difference of a rank, from 1.
    private long Difference(long rank) => Smallest(
        _after[0] - _before[^1], _after[^1] - _before[0], difference => CountOf(before => before + difference) >= rank);

    // Doubles above 0 are ordered as their bits are.
    private double Quotient(long rank) => BitConverter.Int64BitsToDouble(Smallest(
        BitConverter.DoubleToInt64Bits((double)_after[0] / _before[^1]),
        BitConverter.DoubleToInt64Bits(Math.BitIncrement((double)_after[^1] / _before[0])),
        bits => CountOf(before => (long)(before * BitConverter.Int64BitsToDouble(bits))) >= rank));

    // Pairs whose value after is not above the limit that belongs to the value before, which grows with it.
    private long CountOf(Func<long, long> limit)
    {
        long count = 0;
        int below = 0;
        foreach (long before in _before)
        {
            long most = limit(before);
            while (below < _after.Length && _after[below] <= most)
                below++;
            count += below;
        }
        return count;
    }

    private static long Smallest(long least, long most, Func<long, bool> suffices)
    {
        while (least < most)
        {
            long middle = least + (most - least) / 2;
            if (suffices(middle))
                most = middle;
            else
                least = middle + 1;
        }
        return least;
    }
}
