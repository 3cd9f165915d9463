using System.Collections.Immutable;

namespace Profiler.Core.WhatIf;

/// <summary>A rule of <c>--what-if</c>.</summary>
/// <param name="Rule">Which.</param>
/// <param name="Name">On the command line, in JSON and in text.</param>
/// <param name="Changes">What it changes, for people; without a full stop.</param>
/// <param name="Assumes">What has to hold for its seconds to come true; a sentence each, without a full stop.</param>
public sealed record WhatIfRuleInfo(WhatIfRule Rule, string Name, string Changes, ImmutableArray<string> Assumes);

/// <summary>The one table of the rules of <c>--what-if</c>.</summary>
public static class WhatIfRules
{
    /// <summary>In the order of outputs.</summary>
    public static readonly ImmutableArray<WhatIfRuleInfo> All =
    [
        new(
            WhatIfRule.ParallelClose, "parallel-close",
            "each device is closed by a thread of its own, all from when the first one was closed",
            [
                "devices of one dev_set, of one IOMMU group, or that were seen to wait for one another are closed one after another, in the order in which they were",
                "there is no lock that nobody was seen to wait for",
                "at most as many threads as the host has CPUs work at once; those that wait for a device need none",
            ]),
        new(
            WhatIfRule.SplitDevSets, "split-dev-sets",
            "each device has a lock of its own in place of that of a dev_set, or of one of their driver that was held during resets",
            [
                "resets are what they were",
                "waits for the locks of IOMMU groups stay",
            ]),
        new(
            WhatIfRule.Flr, "flr",
            "devices that were reset by their bus are reset by FLR",
            [
                "these devices can be reset by FLR, also where reset_method does not list it",
                "of several devices on one bus, which one reset hit, each is reset, one after another",
                "a device whose FLR timed out is reset as it was",
            ]),
        new(
            WhatIfRule.HugePages, "huge-pages",
            "memory that a start allocated in small pages while it was pinned comes in large ones, at the rate that this host was seen to have for these",
            [
                "a mapping of which more than a tenth was there before takes as long as it did",
            ]),
    ];

    /// <summary>What holds for all rules.</summary>
    public static readonly ImmutableArray<string> Assumptions =
    [
        "what began while nothing else of the same shutdown or start was under way follows from what ended before",
        "waits for what other processes held last as long as they did",
        "all else takes as long as it did",
    ];

    /// <summary>The row of a rule.</summary>
    public static WhatIfRuleInfo Info(this WhatIfRule rule) => All[(int)rule];

    /// <summary>The rule of a name; null for an unknown one.</summary>
    public static WhatIfRule? Find(string name) => All.FirstOrDefault(r => r.Name == name)?.Rule;
}
