using Profiler.Core.Names;

namespace Profiler.Report.Compare;

/// <summary>What the figures of two sides tell.</summary>
public enum Verdict
{
    /// <summary>The whole interval is below 0.</summary>
    Faster,

    /// <summary>The whole interval is above 0.</summary>
    Slower,

    /// <summary>0 is in the interval: a difference, if there is one, is too small for these lives to show.</summary>
    Unclear,

    /// <summary>There is no interval: too few lives.</summary>
    TooFew,

    /// <summary>There is nothing of the kind after.</summary>
    OnlyBefore,

    /// <summary>There is nothing of the kind before.</summary>
    OnlyAfter,
}

/// <summary>Names of verdicts.</summary>
public static class Verdicts
{
    public static readonly NameTable<Verdict> Table = new(
        (Verdict.Faster, "faster"),
        (Verdict.Slower, "slower"),
        (Verdict.Unclear, "unclear"),
        (Verdict.TooFew, "too_few"),
        (Verdict.OnlyBefore, "only_before"),
        (Verdict.OnlyAfter, "only_after"));

    public static string Name(this Verdict verdict) => Table[verdict];

    /// <summary>The same for people.</summary>
    public static string Words(this Verdict verdict) => verdict.Name().Replace('_', ' ');
}
