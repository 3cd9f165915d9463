namespace Profiler.Core.WhatIf;

/// <summary>What could be otherwise on a host; <see cref="WhatIfRules"/> has the names.</summary>
public enum WhatIfRule
{
    /// <summary>A process closes its devices from as many threads as it has devices.</summary>
    ParallelClose,

    /// <summary>Each device has a lock of its own where devices share that of a dev_set, or one of their driver.</summary>
    SplitDevSets,

    /// <summary>Devices that were reset by their bus are reset by FLR.</summary>
    Flr,

    /// <summary>Memory that a start allocates comes in large pages.</summary>
    HugePages,
}
