using System.Collections.Immutable;

namespace Profiler.Core.WhatIf;

/// <summary>How long a shutdown or start would have taken under some rules.</summary>
/// <param name="Rules">Together, in the order of <see cref="WhatIfRules.All"/>.</param>
/// <param name="WallNs">What it took, nanoseconds.</param>
/// <param name="WouldTakeNs">What it would have taken, nanoseconds, 0 to <paramref name="WallNs"/>; null if that cannot be told.</param>
/// <param name="Unknown">Why it cannot be told: a clause for people; null if it can.</param>
/// <param name="Notes">What else this figure rests on; a clause each.</param>
public sealed record WhatIfAnswer(
    ImmutableArray<WhatIfRule> Rules, long WallNs, long? WouldTakeNs, string? Unknown, ImmutableArray<string> Notes)
{
    /// <summary>What would be saved, nanoseconds; null if that cannot be told.</summary>
    public long? SavedNs => WallNs - WouldTakeNs;
}
