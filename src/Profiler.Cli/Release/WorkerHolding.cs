using System.Diagnostics;
using Profiler.Cli.Release.Vfio;
using Profiler.Core;

namespace Profiler.Cli.Release;

/// <summary>Devices held by other processes, which release them by exiting.</summary>
internal sealed class WorkerHolding : IHolding
{
    private readonly WorkerProcess[] _workers;
    private readonly bool _oneDeviceEach;

    private WorkerHolding(WorkerProcess[] workers, bool oneDeviceEach) => (_workers, _oneDeviceEach) = (workers, oneDeviceEach);

    public IReadOnlyList<int> ProcessIds => [.. _workers.Select(worker => worker.Id)];

    /// <summary>All devices in one process.</summary>
    /// <inheritdoc cref="WorkerProcess.WaitUntilReady" path="/exception"/>
    public static WorkerHolding OneForAll(IReadOnlyList<VfioDevice> devices, IommuOptions iommu, CancellationToken stop) =>
        Start([devices], iommu, oneDeviceEach: false, stop);

    /// <summary>A process for each device.</summary>
    /// <inheritdoc cref="WorkerProcess.WaitUntilReady" path="/exception"/>
    /// <exception cref="UserException">Two devices share an IOMMU group, which only one process can open.</exception>
    public static WorkerHolding OneForEach(IReadOnlyList<VfioDevice> devices, IommuOptions iommu, CancellationToken stop)
    {
        RefuseSharedGroups(devices);
        return Start([.. devices.Select(device => new[] { device })], iommu, oneDeviceEach: true, stop);
    }

    public ReleaseTimes Release()
    {
        foreach (WorkerProcess worker in _workers)
            worker.MustBeAlive();

        var ends = new long[_workers.Length];
        Thread[] waiters = [.. _workers.Select((worker, i) => new Thread(() =>
        {
            worker.WaitForEnd();
            ends[i] = Stopwatch.GetTimestamp();
        }))];
        foreach (Thread waiter in waiters)
            waiter.Start();

        long start = Stopwatch.GetTimestamp();
        foreach (WorkerProcess worker in _workers)
            worker.Release();
        foreach (Thread waiter in waiters)
            waiter.Join();
        TimeSpan[] times = [.. ends.Select(end => Stopwatch.GetElapsedTime(start, end))];
        return new ReleaseTimes(_oneDeviceEach ? times : null, times.Max());
    }

    public void Dispose()
    {
        // All get the request first, so that they release their devices in parallel.
        foreach (WorkerProcess worker in _workers)
            worker.Release();
        foreach (WorkerProcess worker in _workers)
            worker.Dispose();
    }

    private static WorkerHolding Start(
        IReadOnlyList<VfioDevice>[] shares, IommuOptions iommu, bool oneDeviceEach, CancellationToken stop)
    {
        var workers = new List<WorkerProcess>();
        try
        {
            foreach (IReadOnlyList<VfioDevice> share in shares)
                workers.Add(WorkerProcess.Start(share, iommu));
            foreach (WorkerProcess worker in workers)
                worker.WaitUntilReady(stop);
            return new WorkerHolding([.. workers], oneDeviceEach);
        }
        catch
        {
            new WorkerHolding([.. workers], oneDeviceEach).Dispose();
            throw;
        }
    }

    private static void RefuseSharedGroups(IReadOnlyList<VfioDevice> devices)
    {
        IGrouping<int, VfioDevice>? shared = devices.GroupBy(device => device.Group).FirstOrDefault(group => group.Count() > 1);
        if (shared is not null)
        {
            throw UserException.NotPossible(
                $"{string.Join(" and ", shared.Select(device => device.Address))} share IOMMU group {shared.Key}, which only " +
                "one process can open: give one of them, or take --mode threads");
        }
    }
}
