using Profiler.Core.Spans;

namespace Profiler.Core.Histograms;

/// <summary>What is known of one device.</summary>
/// <param name="Device">PCI address, or the name of a device that is not PCI.</param>
/// <param name="User">The process that opened or released it last, by its first thread's name.</param>
/// <param name="Opens">How often it was opened.</param>
/// <param name="Releases">How often it was released.</param>
/// <param name="LastNs">How long the last release took; 0 if there was none.</param>
/// <param name="SumNs">All releases together.</param>
/// <param name="MaxNs">The longest release.</param>
/// <param name="Method">How it was reset last; null if it was not.</param>
/// <param name="Lock">Address of its dev_set's mutex; 0 where unknown.</param>
/// <param name="LastEndNs">When it was last opened or released, CLOCK_MONOTONIC.</param>
public sealed record DeviceFigures(
    string Device, TaskId User, long Opens, long Releases, long LastNs, long SumNs, long MaxNs, ResetMethod? Method, ulong Lock,
    long LastEndNs)
{
    /// <summary>What a release takes on average; 0 if there was none.</summary>
    public long MeanNs => Releases == 0 ? 0 : SumNs / Releases;
}

/// <summary>Counts opens and releases by device; of at most <see cref="Capacity"/> devices. Single-threaded.</summary>
/// <param name="capacity">How many devices are kept.</param>
public sealed class DeviceStatistics(int capacity = DeviceStatistics.Capacity)
{
    public const int Capacity = 4096;

    private readonly BoundedTally<string, DeviceFigures> _devices = new(capacity);

    public void Record(Operation operation) => _devices.Update(operation.Device, so =>
    {
        bool release = operation.Kind == OperationKind.Release;
        long ns = operation.Time.DurationNs;
        so ??= new DeviceFigures(operation.Device, operation.Task, 0, 0, 0, 0, 0, null, 0, 0);
        return so with
        {
            User = new TaskId(operation.Task.Tgid, operation.Task.Tgid, operation.Process),
            Opens = so.Opens + (release ? 0 : 1),
            Releases = so.Releases + (release ? 1 : 0),
            LastNs = release ? ns : so.LastNs,
            SumNs = so.SumNs + (release ? ns : 0),
            MaxNs = release ? Math.Max(so.MaxNs, ns) : so.MaxNs,
            Method = operation.Resets.MaxBy(r => r.Time.DurationNs)?.Method ?? so.Method,
            Lock = operation.Lock != 0 ? operation.Lock : so.Lock,
            LastEndNs = operation.Time.EndNs,
        };
    });

    public Tally<DeviceFigures> Snapshot() => _devices.Snapshot();
}
