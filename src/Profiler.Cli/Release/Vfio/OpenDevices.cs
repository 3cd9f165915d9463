using System.Diagnostics;
using Profiler.Core;
using Profiler.Linux;

namespace Profiler.Cli.Release.Vfio;

/// <summary>Devices held open by this process, in one address space.</summary>
internal sealed class OpenDevices : IDisposable
{
    private const int Closed = -1;

    private readonly IAddressSpace _space;
    private readonly int[] _fds;

    private OpenDevices(int count, IommuApi api)
    {
        _space = IAddressSpace.Open(api);
        _fds = new int[count];
        Array.Fill(_fds, Closed);
    }

    public int Count => _fds.Length;

    /// <summary>How long each step of <see cref="Open"/> took.</summary>
    public OpenTimes Times { get; private set; } = new([], null);

    /// <summary>Opens one after the other; each may take a second, as opening resets the device.</summary>
    /// <exception cref="UserException">
    /// A device cannot be opened, or the memory cannot be mapped (3); those opened are closed again.
    /// </exception>
    /// <exception cref="OperationCanceledException">Stopped between two devices.</exception>
    public static OpenDevices Open(IReadOnlyList<VfioDevice> devices, IommuOptions iommu, CancellationToken stop)
    {
        var opened = new OpenDevices(devices.Count, iommu.Api);
        try
        {
            var times = new TimeSpan[devices.Count];
            for (int i = 0; i < devices.Count; i++)
            {
                stop.ThrowIfCancellationRequested();
                times[i] = Timed(() => opened._fds[i] = opened._space.OpenDevice(devices[i]));
            }
            opened.Times = new OpenTimes(times, iommu.Dma.Bytes > 0 ? Timed(() => opened._space.MapMemory(iommu)) : null);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private static TimeSpan Timed(Action step)
    {
        long start = Stopwatch.GetTimestamp();
        step();
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Closes one device; returns when the kernel has released it. Different devices may be closed at once.</summary>
    public void Close(int index)
    {
        int fd = Interlocked.Exchange(ref _fds[index], Closed);
        // VFIO has no flush operation, so this cannot fail: a release returns nothing.
        if (fd != Closed)
            _ = Posix.close(fd);
    }

    /// <summary>Closes what is still open, devices first: a group can be closed only after its devices.</summary>
    public void Dispose()
    {
        for (int i = 0; i < Count; i++)
            Close(i);
        _space.Dispose();
    }
}
