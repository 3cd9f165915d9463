namespace Profiler.Cli.Release;

/// <summary>How long the release of devices took.</summary>
/// <param name="Devices">
/// Each device's time, in the order of the arguments; null where they cannot be timed one by one from user space.
/// </param>
/// <param name="Total">From the start until the last was released.</param>
internal sealed record ReleaseTimes(IReadOnlyList<TimeSpan>? Devices, TimeSpan Total);
