using System.Collections.Immutable;
using Profiler.Bpf.Kernel;

namespace Profiler.Bpf.Session;

/// <summary>
/// Return probes in tracefs that a killed vfioscope left behind. The kernel removes all its other resources with the process.
/// </summary>
public static class Leftovers
{
    /// <summary>Removes them; the probes of a running vfioscope stay.</summary>
    /// <returns>The removed probes: "vfioscope_123_4567/release_123_4567".</returns>
    public static ImmutableArray<string> Remove() => Tracefs.Root is { } root ? ReturnProbeEvents.RemoveLeftovers(root, "/proc") : [];
}
