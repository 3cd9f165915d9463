using System.Collections.Immutable;
using Profiler.Bpf.Kernel;

namespace Profiler.Bpf.Session;

/// <summary>
/// What a vfioscope that was killed left in the kernel: return probes, which tracefs keeps. All else of ours goes with its
/// process.
/// </summary>
public static class Leftovers
{
    /// <summary>Removes them; those of a vfioscope that is running stay.</summary>
    /// <returns>What was removed: "vfioscope_123_4567/release_123_4567".</returns>
    public static ImmutableArray<string> Remove() => Tracefs.Root is { } root ? ReturnProbeEvents.RemoveLeftovers(root, "/proc") : [];
}
