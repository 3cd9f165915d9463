using Profiler.Core.Wire;

namespace Profiler.Tests.Support;

/// <summary>
/// The events of a VM's life, for tests with very many of them. The VM opens and resets its devices and gets SIGTERM. Then two
/// threads release the devices, each with a reset, and one waits for the other's lock.
/// </summary>
public static class VmLife
{
    private const ulong Millisecond = 1_000_000;

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
        ulong now = startNs;
        void Add(EventKind kind, EventEdge edge, uint tid, int? device = null, byte subtype = 0, ulong mutex = 0, uint peer = 0, int value = 0,
            EventFlags flags = default)
        {
            to.Add(new WireEvent
            {
                TimeNs = now += Millisecond,
                Kind = kind,
                Edge = edge,
                Tid = tid,
                Tgid = pid,
                Comm = Comm,
                Subtype = subtype,
                Lock = mutex,
                Device = device is { } number ? Device(number) : default,
                Value = value,
                Flags = flags,
                Stack = WireEvent.NoStack,
                Peer = peer == 0 ? default : new WirePeer { Tid = peer, Tgid = pid, Comm = Comm },
            });
        }

        void Reset(uint tid, int device)
        {
            Add(EventKind.Reset, EventEdge.Begin, tid, device, (byte)ResetStep.Flr);
            now += 100 * Millisecond;
            Add(EventKind.Reset, EventEdge.End, tid, null, (byte)ResetStep.Flr);
        }

        for (int device = firstDevice; device < firstDevice + devices; device++)
        {
            Add(EventKind.Open, EventEdge.Begin, pid, device);
            Reset(pid, device);
            Add(EventKind.Open, EventEdge.End, pid, value: 20);
        }
        now += 60_000 * Millisecond;
        Add(EventKind.Signal, EventEdge.Instant, 1, peer: pid, value: 15);
        Add(EventKind.Process, EventEdge.Instant, pid, subtype: (byte)ProcessStep.Exits);
        Add(EventKind.Teardown, EventEdge.Begin, pid, subtype: (byte)TeardownStep.Memory);
        Add(EventKind.Teardown, EventEdge.End, pid, subtype: (byte)TeardownStep.Memory);
        for (int device = firstDevice; device < firstDevice + devices; device += 2)
        {
            ulong mutex = 0xffff_8880_0000_0000 + (ulong)device * 64;
            uint other = pid + 1;
            Add(EventKind.Release, EventEdge.Begin, pid, device, mutex: mutex, flags: EventFlags.Exiting);
            Add(EventKind.Release, EventEdge.Begin, other, device + 1, mutex: mutex, flags: EventFlags.Exiting);
            Add(EventKind.LockWait, EventEdge.Begin, other, subtype: (byte)LockKind.DevSet, mutex: mutex, peer: pid);
            Reset(pid, device);
            Add(EventKind.Release, EventEdge.End, pid);
            Add(EventKind.LockWait, EventEdge.End, other, mutex: mutex);
            Reset(other, device + 1);
            Add(EventKind.Release, EventEdge.End, other);
            // The IOMMU unmap that an unplugged device leaves.
            Add(EventKind.Teardown, EventEdge.Begin, pid, subtype: (byte)TeardownStep.Iommu);
            Add(EventKind.Teardown, EventEdge.End, pid, subtype: (byte)TeardownStep.Iommu);
            Add(EventKind.Teardown, EventEdge.Begin, pid, subtype: (byte)TeardownStep.Power);
            Add(EventKind.Teardown, EventEdge.End, pid, subtype: (byte)TeardownStep.Power);
        }
        Add(EventKind.Process, EventEdge.Instant, pid, subtype: (byte)ProcessStep.Dead);
        Add(EventKind.Process, EventEdge.Instant, pid, subtype: (byte)ProcessStep.Reaped);
        return now;
    }

    /// <summary>The PCI address for a device number.</summary>
    public static Name16 Device(int number) => Name16.From($"{number / 256:x4}:{number % 256:x2}:00.0");

    private static readonly Name16 Comm = Name16.From("qemu-system-x86");
}
