using Profiler.Core.Wire;

namespace Profiler.Core.Spans;

/// <summary>
/// The threads and names of events as objects, made once for those that come again and again. Bounded: threads that share a slot
/// replace each other.
/// </summary>
internal sealed class Tasks
{
    private const int Slots = 4096;

    private readonly TaskId?[] _slots = new TaskId?[Slots];
    private readonly NameTexts _names = new();

    /// <summary>A name as printable text.</summary>
    public string Text(in Name16 name) => _names.Of(in name);

    /// <summary>The thread of an event.</summary>
    public TaskId Of(in WireEvent e) => Of((int)e.Tid, (int)e.Tgid, in e.Comm);

    /// <summary>The related thread of an event; null if it is unknown.</summary>
    public TaskId? PeerOf(in WireEvent e) => e.Peer.Tid == 0 ? null : Of((int)e.Peer.Tid, (int)e.Peer.Tgid, in e.Peer.Comm);

    private TaskId Of(int tid, int tgid, in Name16 name)
    {
        string comm = Text(in name);
        ref TaskId? slot = ref _slots[tid & (Slots - 1)];
        if (slot is null || slot.Tid != tid || slot.Tgid != tgid || slot.Comm != comm)
            slot = new TaskId(tid, tgid, comm);
        return slot;
    }
}
