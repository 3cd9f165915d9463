using Profiler.Core.Wire;

namespace Profiler.Tests.Support;

/// <summary>Writes the events of one QEMU process, a millisecond apart.</summary>
/// <param name="to">Where the events go.</param>
/// <param name="pid">The process.</param>
/// <param name="startNs">CLOCK_MONOTONIC.</param>
internal sealed class QemuEvents(List<WireEvent> to, uint pid, ulong startNs)
{
    private const ulong Millisecond = 1_000_000;

    private static readonly Name16 Comm = Name16.From("qemu-system-x86");

    /// <summary>Time of the last event, CLOCK_MONOTONIC.</summary>
    public ulong NowNs { get; private set; } = startNs;

    public void Add(
        EventKind kind, EventEdge edge, uint tid, int? device = null, byte subtype = 0, ulong mutex = 0, uint peer = 0, int value = 0,
        EventFlags flags = default) => to.Add(new WireEvent
        {
            TimeNs = NowNs += Millisecond,
            Kind = kind,
            Edge = edge,
            Tid = tid,
            Tgid = pid,
            Comm = Comm,
            Subtype = subtype,
            Lock = mutex,
            Device = device is { } number ? VmLife.Device(number) : default,
            Value = value,
            Flags = flags,
            Stack = WireEvent.NoStack,
            Peer = peer == 0 ? default : new WirePeer { Tid = peer, Tgid = pid, Comm = Comm },
        });

    /// <summary>Nothing happens for some time.</summary>
    public void Pause(int milliseconds) => NowNs += (ulong)milliseconds * Millisecond;

    /// <param name="tid">The thread that resets.</param>
    /// <param name="device">The device.</param>
    /// <param name="milliseconds">How long it takes, besides the millisecond between events.</param>
    public void Reset(uint tid, int device, int milliseconds = 0)
    {
        Add(EventKind.Reset, EventEdge.Begin, tid, device, (byte)ResetStep.Flr);
        Pause(milliseconds);
        Add(EventKind.Reset, EventEdge.End, tid, subtype: (byte)ResetStep.Flr);
    }

    /// <summary>The process is dead and reaped.</summary>
    /// <returns>Time of the last event, CLOCK_MONOTONIC.</returns>
    public ulong Die()
    {
        Add(EventKind.Process, EventEdge.Instant, pid, subtype: (byte)ProcessStep.Dead);
        Add(EventKind.Process, EventEdge.Instant, pid, subtype: (byte)ProcessStep.Reaped);
        return NowNs;
    }
}
