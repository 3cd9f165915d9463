using Profiler.Core.Wire;

namespace Profiler.Tests.Support;

/// <summary>Events of many devices, many waiters or many lost ends, to see what one event costs among them.</summary>
public static class Crowds
{
    /// <summary>A process opens devices, exits, and the kernel closes them one after another, each with a reset.</summary>
    /// <param name="to">Where the events go.</param>
    /// <param name="pid">The process.</param>
    /// <param name="devices">How many; at least 1.</param>
    /// <param name="startNs">CLOCK_MONOTONIC.</param>
    /// <returns>The end, CLOCK_MONOTONIC.</returns>
    public static ulong Devices(List<WireEvent> to, uint pid, int devices, ulong startNs)
    {
        var at = new QemuEvents(to, pid, startNs);
        for (int device = 0; device < devices; device++)
        {
            at.Add(EventKind.Open, EventEdge.Begin, pid, device);
            at.Add(EventKind.Open, EventEdge.End, pid);
        }
        at.Add(EventKind.Process, EventEdge.Instant, pid, subtype: (byte)ProcessStep.Exits);
        for (int device = 0; device < devices; device++)
        {
            at.Add(EventKind.Release, EventEdge.Begin, pid, device, mutex: 64ul * (ulong)(device + 1), flags: EventFlags.Exiting);
            at.Reset(pid, device);
            at.Add(EventKind.Release, EventEdge.End, pid);
        }
        return at.Die();
    }

    /// <summary>
    /// As many threads of one process as devices release them at the same time. They wait for one lock, get it in turn, and reset
    /// their devices with it.
    /// </summary>
    /// <inheritdoc cref="Devices"/>
    /// <param name="waiters">How many; at least 1.</param>
    public static ulong Waiters(List<WireEvent> to, uint pid, int waiters, ulong startNs)
    {
        const ulong Mutex = 0xffff_8880_0000_0000;
        var at = new QemuEvents(to, pid, startNs);
        uint first = pid + 1;
        for (int i = 0; i <= waiters; i++)
        {
            at.Add(EventKind.Release, EventEdge.Begin, first + (uint)i, i, mutex: Mutex);
            if (i > 0)
                at.Add(EventKind.LockWait, EventEdge.Begin, first + (uint)i, subtype: (byte)LockKind.DevSet, mutex: Mutex, peer: first);
        }
        for (int i = 0; i <= waiters; i++)
        {
            if (i > 0)
                at.Add(EventKind.LockWait, EventEdge.End, first + (uint)i, mutex: Mutex);
            at.Reset(first + (uint)i, i);
            at.Add(EventKind.Release, EventEdge.End, first + (uint)i);
        }
        at.Add(EventKind.Process, EventEdge.Instant, pid, subtype: (byte)ProcessStep.Exits);
        return at.Die();
    }

    /// <summary>Releases by one thread after another, none of which is ever seen to end.</summary>
    /// <inheritdoc cref="Devices"/>
    /// <param name="releases">How many.</param>
    public static ulong LostEnds(List<WireEvent> to, uint pid, int releases, ulong startNs)
    {
        var at = new QemuEvents(to, pid, startNs);
        for (int i = 0; i < releases; i++)
            at.Add(EventKind.Release, EventEdge.Begin, pid + (uint)i, i % 1024);
        return at.NowNs;
    }
}
