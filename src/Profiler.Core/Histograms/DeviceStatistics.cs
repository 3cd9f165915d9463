using Profiler.Core.Spans;

namespace Profiler.Core.Histograms;

/// <summary>Figures of one device.</summary>
/// <param name="Device">PCI address, or the name of a device that is not PCI.</param>
/// <param name="User">The process that opened or released it last.</param>
/// <param name="Opens">Number of opens.</param>
/// <param name="Releases">Number of releases.</param>
/// <param name="LastNs">Duration of the last release, nanoseconds; 0 if there was none.</param>
/// <param name="SumNs">Sum of all releases, nanoseconds.</param>
/// <param name="MaxNs">The longest release, nanoseconds.</param>
/// <param name="Method">The last reset method; null if there was no reset.</param>
/// <param name="Lock">Address of its dev_set's mutex; 0 if unknown.</param>
/// <param name="LastEndNs">End of its last open or release, CLOCK_MONOTONIC.</param>
public sealed record DeviceFigures(
    string Device, TaskId User, long Opens, long Releases, long LastNs, long SumNs, long MaxNs, ResetMethod? Method, ulong Lock,
    long LastEndNs)
{
    /// <summary>Mean duration of a release, nanoseconds; 0 if there was none.</summary>
    public long MeanNs => Releases == 0 ? 0 : SumNs / Releases;
}

/// <summary>Figures by device. Bounded: the device that was quiet for the longest time is evicted. Single-threaded.</summary>
/// <param name="capacity">Maximum number of devices.</param>
public sealed class DeviceStatistics(int capacity = DeviceStatistics.Capacity)
{
    public const int Capacity = 4096;

    private readonly BoundedTally<string, DeviceFigures> _devices = new(capacity);

    public void Record(Operation operation)
    {
        bool release = operation.Kind == OperationKind.Release;
        long ns = operation.Time.DurationNs;
        DeviceFigures figures = _devices[operation.Device] ?? new DeviceFigures(operation.Device, operation.Task, 0, 0, 0, 0, 0, null, 0, 0);
        _devices.Set(operation.Device, figures with
        {
            User = UserOf(operation),
            Opens = figures.Opens + (release ? 0 : 1),
            Releases = figures.Releases + (release ? 1 : 0),
            LastNs = release ? ns : figures.LastNs,
            SumNs = figures.SumNs + (release ? ns : 0),
            MaxNs = release ? Math.Max(figures.MaxNs, ns) : figures.MaxNs,
            Method = operation.LongestReset?.Method ?? figures.Method,
            Lock = operation.Lock != 0 ? operation.Lock : figures.Lock,
            LastEndNs = operation.Time.EndNs,
        });
    }

    public Tally<DeviceFigures> Snapshot() => _devices.Snapshot();

    private static TaskId UserOf(Operation operation) => operation.Task is { } task && task.Tid == task.Tgid && task.Comm == operation.Process
        ? task
        : new TaskId(operation.Task.Tgid, operation.Task.Tgid, operation.Process);
}
