namespace Profiler.Cli.Release;

/// <summary>How long it took to let devices go.</summary>
/// <param name="Devices">
/// Each device's time, in the order of the arguments; null where nobody outside of the kernel sees them one by one.
/// </param>
/// <param name="Total">From the word "go" until the last was gone.</param>
internal sealed record ReleaseTimes(IReadOnlyList<TimeSpan>? Devices, TimeSpan Total);
