using System.Diagnostics;
using Profiler.Cli.Release.Vfio;

namespace Profiler.Cli.Release;

/// <summary>Devices held by this process, which can therefore time each close.</summary>
/// <remarks>
/// The total ends with the last device, as in the measurements of 2018: groups and container are closed after it.
/// </remarks>
internal sealed class OwnHolding(OpenDevices devices, bool threads) : IHolding
{
    public IReadOnlyList<int> ProcessIds => [Environment.ProcessId];

    public ReleaseTimes Release() => threads ? AllAtOnce() : OneByOne();

    public void Dispose() => devices.Dispose();

    private ReleaseTimes OneByOne()
    {
        var times = new TimeSpan[devices.Count];
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < times.Length; i++)
        {
            long before = Stopwatch.GetTimestamp();
            devices.Close(i);
            times[i] = Stopwatch.GetElapsedTime(before);
        }
        return new ReleaseTimes(times, Stopwatch.GetElapsedTime(start));
    }

    private ReleaseTimes AllAtOnce()
    {
        var ends = new long[devices.Count];
        long start = 0;
        // The last thread to arrive takes the start time, so that starting threads is not included.
        using var barrier = new Barrier(ends.Length, _ => start = Stopwatch.GetTimestamp());
        Thread[] closers = [.. Enumerable.Range(0, ends.Length).Select(i => new Thread(() =>
        {
            barrier.SignalAndWait();
            devices.Close(i);
            ends[i] = Stopwatch.GetTimestamp();
        }))];
        foreach (Thread closer in closers)
            closer.Start();
        foreach (Thread closer in closers)
            closer.Join();
        TimeSpan[] times = [.. ends.Select(end => Stopwatch.GetElapsedTime(start, end))];
        return new ReleaseTimes(times, times.Max());
    }
}
