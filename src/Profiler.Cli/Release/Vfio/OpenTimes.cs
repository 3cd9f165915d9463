namespace Profiler.Cli.Release.Vfio;

/// <summary>How long it took to open devices, one after the other, and to map memory for them.</summary>
/// <param name="Devices">Each device's time, in the order of the arguments.</param>
/// <param name="Memory">Allocating, pinning and mapping it; null if there is none.</param>
internal sealed record OpenTimes(IReadOnlyList<TimeSpan> Devices, TimeSpan? Memory)
{
    /// <summary>All of it.</summary>
    public TimeSpan Total => Devices.Aggregate(Memory ?? TimeSpan.Zero, (sum, time) => sum + time);
}
