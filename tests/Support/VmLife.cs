using Profiler.Core.Wire;

namespace Profiler.Tests.Support;

/// <summary>
/// The events of a VM's life, for tests with very many of them. The VM opens and resets its devices and gets SIGTERM. Then two
/// threads release the devices, each with a reset, and one waits for the other's lock.
/// </summary>
public static class VmLife
{
    /// <summary>Number of events for a VM with this number of devices.</summary>
    public static int Events(int devices) => 6 + devices / 2 * 22;

    /// <param name="to">Where the events go.</param>
    /// <param name="pid">Process id.</param>
    /// <param name="firstDevice">Number of its first device.</param>
    /// <param name="devices">Number of devices; must be even.</param>
    /// <param name="startNs">Start time, CLOCK_MONOTONIC nanoseconds.</param>
    /// <returns>End time, CLOCK_MONOTONIC nanoseconds.</returns>
    public static ulong Append(List<WireEvent> to, uint pid, int firstDevice, int devices, ulong startNs)
    {
        var at = new QemuEvents(to, pid, startNs);
        for (int device = firstDevice; device < firstDevice + devices; device++)
        {
            at.Add(EventKind.Open, EventEdge.Begin, pid, device);
            at.Reset(pid, device, milliseconds: 100);
            at.Add(EventKind.Open, EventEdge.End, pid, value: 20);
        }
        at.Pause(60_000);
        at.Add(EventKind.Signal, EventEdge.Instant, 1, peer: pid, value: 15);
        at.Add(EventKind.Process, EventEdge.Instant, pid, subtype: (byte)ProcessStep.Exits);
        at.Add(EventKind.Teardown, EventEdge.Begin, pid, subtype: (byte)TeardownStep.Memory);
        at.Add(EventKind.Teardown, EventEdge.End, pid, subtype: (byte)TeardownStep.Memory);
        for (int device = firstDevice; device < firstDevice + devices; device += 2)
        {
            ulong mutex = 0xffff_8880_0000_0000 + (ulong)device * 64;
            uint other = pid + 1;
            at.Add(EventKind.Release, EventEdge.Begin, pid, device, mutex: mutex, flags: EventFlags.Exiting);
            at.Add(EventKind.Release, EventEdge.Begin, other, device + 1, mutex: mutex, flags: EventFlags.Exiting);
            at.Add(EventKind.LockWait, EventEdge.Begin, other, subtype: (byte)LockKind.DevSet, mutex: mutex, peer: pid);
            at.Reset(pid, device, milliseconds: 100);
            at.Add(EventKind.Release, EventEdge.End, pid);
            at.Add(EventKind.LockWait, EventEdge.End, other, mutex: mutex);
            at.Reset(other, device + 1, milliseconds: 100);
            at.Add(EventKind.Release, EventEdge.End, other);
            // The IOMMU unmap that an unplugged device leaves.
            at.Add(EventKind.Teardown, EventEdge.Begin, pid, subtype: (byte)TeardownStep.Iommu);
            at.Add(EventKind.Teardown, EventEdge.End, pid, subtype: (byte)TeardownStep.Iommu);
            at.Add(EventKind.Teardown, EventEdge.Begin, pid, subtype: (byte)TeardownStep.Power);
            at.Add(EventKind.Teardown, EventEdge.End, pid, subtype: (byte)TeardownStep.Power);
        }
        return at.Die();
    }

    /// <summary>The PCI address for a device number.</summary>
    public static Name16 Device(int number) => Name16.From($"{number / 256:x4}:{number % 256:x2}:00.0");
}
