namespace Profiler.Report.Compare;

/// <summary>Whether a duration is slower than the limit: values of <see cref="Comparison.OverLimit"/>.</summary>
public static class OverLimits
{
    /// <summary>The whole interval is over it, and no recording is incomplete.</summary>
    public const string Yes = "yes";

    /// <summary>The whole interval is not, and no recording is incomplete.</summary>
    public const string No = "no";

    /// <summary>Neither: too few lives for the size of the difference, or an incomplete recording.</summary>
    public const string Unsure = "unsure";

    /// <summary>The same at the beginning of a sentence that goes on with "by more than".</summary>
    internal static string Words(string overLimit) => overLimit switch
    {
        Yes => "SLOWER",
        No => "not slower",
        _ => "UNSURE whether slower",
    };
}
