namespace Profiler.Report.Compare;

/// <summary>
/// The distribution of Mann and Whitney's U, the number of pairs of two samples in which the second value is the smaller one, where the
/// samples do not differ (H. B. Mann, D. R. Whitney, "On a Test of Whether one of Two Random Variables is Stochastically Larger than the
/// Other", Annals of Mathematical Statistics 18, 1947). Nothing is assumed of the distribution of the values.
/// </summary>
internal static class MannWhitney
{
    /// <summary>The probability with which an interval contains the true difference, at least.</summary>
    public const double Confidence = 0.95;

    // The normal distribution has that much of itself within as many standard deviations.
    private const double Deviations = 1.959963984540054;

    // Beyond it, the normal distribution is used.
    private const long MaxExactPairs = 2500;

    /// <summary>
    /// The rank r for which the r-th smallest and the r-th largest of all pairwise differences bound an interval of <see cref="Confidence"/>
    /// (M. Hollander, D. A. Wolfe, "Nonparametric Statistical Methods", section 4.3).
    /// </summary>
    /// <returns>0 if the samples are too small: no interval has that confidence.</returns>
    public static long Rank(int before, int after)
    {
        if ((long)before * after > MaxExactPairs)
            return NormalRank(before, after);
        double outside = 0;
        long rank = 0;
        foreach (double probability in Distribution(before, after))
        {
            outside += probability;
            // The tolerance is for sums that should be equal.
            if (outside > (1 - Confidence) / 2 + 1e-12)
                break;
            rank++;
        }
        return rank;
    }

    /// <summary>
    /// The same by a normal distribution with U's mean and deviation. Its tails are longer than U's, so the interval is never too narrow.
    /// </summary>
    internal static long NormalRank(int before, int after)
    {
        double pairs = (double)before * after, deviation = Math.Sqrt(pairs * (before + after + 1) / 12);
        return Math.Max(0, (long)Math.Floor(pairs / 2 + 0.5 - Deviations * deviation));
    }

    /// <summary>The smallest number of values on both sides that is enough for an interval.</summary>
    public static readonly int Enough = Enumerable.Range(1, 100).First(n => Rank(n, n) > 0);

    // Probabilities of U = 0, 1, 2, …: the largest of all values is of the first sample, then it is in no pair that counts, or of the second,
    // then in none less than all (Mann and Whitney, section 3).
    private static double[] Distribution(int before, int after)
    {
        double[][] smaller = [.. Enumerable.Repeat<double[]>([1], after + 1)];
        for (int n = 1; n <= before; n++)
        {
            double[][] next = [[1], .. new double[after][]];
            for (int m = 1; m <= after; m++)
            {
                next[m] = new double[n * m + 1];
                double share = (double)n / (n + m);
                for (int u = 0; u < smaller[m].Length; u++)
                    next[m][u + m] += share * smaller[m][u];
                for (int u = 0; u < next[m - 1].Length; u++)
                    next[m][u] += (1 - share) * next[m - 1][u];
            }
            smaller = next;
        }
        return smaller[after];
    }
}
