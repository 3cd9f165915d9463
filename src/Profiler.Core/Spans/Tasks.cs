using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>
/// The threads and names of events as objects, made once for those that come again and again. Bounded: threads that share a slot
/// replace each other.
/// </summary>
internal sealed class Tasks
{
    private const int Slots = 4096;

    private readonly (TaskId? Task, UInt128 Comm)[] _slots = new (TaskId?, UInt128)[Slots];
    private readonly NameTexts _names = new();

    /// <summary>A name as printable text.</summary>
    public string Text(in Name16 name) => _names.Of(in name);

    /// <summary>The thread of an event.</summary>
    public TaskId Of(in WireEvent e) => Of((int)e.Tid, (int)e.Tgid, in e.Comm);

    /// <summary>The related thread of an event; null if it is unknown.</summary>
    public TaskId? PeerOf(in WireEvent e) => e.Peer.Tid == 0 ? null : Of((int)e.Peer.Tid, (int)e.Peer.Tgid, in e.Peer.Comm);

    private TaskId Of(int tid, int tgid, in Name16 name)
    {
        ref (TaskId? Task, UInt128 Comm) slot = ref _slots[tid & (Slots - 1)];
        if (slot.Task is { } known && known.Tid == tid && known.Tgid == tgid && slot.Comm == name.Bits)
            return known;
        var task = new TaskId(tid, tgid, Text(in name));
        slot = (task, name.Bits);
        return task;
    }
}
