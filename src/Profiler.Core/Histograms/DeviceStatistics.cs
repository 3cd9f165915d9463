using Profiler.Core.Spans;

namespace Profiler.Core.Histograms;

/// <summary>Figures of one device.</summary>
/// <param name="Device">PCI address, or the name of a device that is not PCI.</param>
/// <param name="User">The process that opened, released or reset it last.</param>
/// <param name="Opens">Number of opens.</param>
/// <param name="Releases">Number of releases.</param>
/// <param name="LastNs">Duration of the last release, nanoseconds; 0 if there was none.</param>
/// <param name="SumNs">Sum of all releases, nanoseconds.</param>
/// <param name="MaxNs">The longest release, nanoseconds.</param>
/// <param name="Method">The last reset method; null if there was no reset.</param>
/// <param name="Lock">Address of its dev_set's mutex; 0 if unknown.</param>
/// <param name="LastEndNs">End of its last open, release or reset, CLOCK_MONOTONIC.</param>
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

    private readonly BoundedTally<string, Totals, DeviceFigures> _devices = new(capacity, static device => new Totals(device));

    public void Record(Operation operation) => _devices[operation.Device].Add(operation);

    public Tally<DeviceFigures> Snapshot() => _devices.Snapshot();

    private sealed class Totals(string device) : ITotals<DeviceFigures>
    {
        private TaskId _user = null!;
        private long _opens, _releases, _lastNs, _sumNs, _maxNs, _lastEndNs;
        private ResetMethod? _method;
        private ulong _lock;

        public void Add(Operation operation)
        {
            // A thread of the kernel only closes what a process had.
            if (_user is not { } user || (!operation.ByKernelThread && (user.Tid != operation.Task.Tgid || user.Comm != operation.Process)))
                _user = UserOf(operation);
            _method = operation.LongestReset?.Method ?? _method;
            _lock = operation.Lock != 0 ? operation.Lock : _lock;
            _lastEndNs = operation.Time.EndNs;
            if (operation.Kind != OperationKind.Release)
            {
                _opens += operation.Kind == OperationKind.Open ? 1 : 0;
                return;
            }
            long ns = operation.Time.DurationNs;
            (_releases, _lastNs, _sumNs, _maxNs) = (_releases + 1, ns, _sumNs + ns, Math.Max(_maxNs, ns));
        }

        public DeviceFigures Figures() => new(device, _user, _opens, _releases, _lastNs, _sumNs, _maxNs, _method, _lock, _lastEndNs);
    }

    private static TaskId UserOf(Operation operation) => operation.Task is { } task && task.Tid == task.Tgid && task.Comm == operation.Process
        ? task
        : new TaskId(operation.Task.Tgid, operation.Task.Tgid, operation.Process);
}
