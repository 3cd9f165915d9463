using System.Buffers;

namespace Profiler.Core.Spans;

/// <summary>Finds the release in which a thread held a lock.</summary>
internal sealed class ReleaseIndex : IDisposable
{
    private readonly int _count;
    private readonly Entry[] _entries; // in the order of their begins
    private readonly long[] _order; // the hash of thread and device, then the index of the entry
    private readonly long[] _latestEndNs; // in that order: the latest end up to this one, of those with the same hash

    /// <param name="releases">In the order of their begins.</param>
    public ReleaseIndex(ReadOnlySpan<Operation> releases)
    {
        _count = releases.Length;
        _entries = ArrayPool<Entry>.Shared.Rent(_count);
        _order = ArrayPool<long>.Shared.Rent(_count);
        _latestEndNs = ArrayPool<long>.Shared.Rent(_count);
        for (int i = 0; i < _count; i++)
        {
            _entries[i] = new Entry(releases[i].Task.Tid, releases[i].Device, releases[i].Time);
            _order[i] = ((long)HashOf(releases[i].Task.Tid, releases[i].Device) << 32) | (uint)i;
        }
        _order.AsSpan(0, _count).Sort();
        for (int at = 0; at < _count; at++)
        {
            long endNs = EntryAt(at).Time.EndNs;
            _latestEndNs[at] = at > 0 && HashAt(at) == HashAt(at - 1) ? Math.Max(endNs, _latestEndNs[at - 1]) : endNs;
        }
    }

    /// <summary>A holder's thread released its device once: <see cref="During"/> has no other answer for it.</summary>
    public bool IsOnly(Holder holder)
    {
        if (holder is not { Task.Tid: var tid, Device: { } device })
            return false;
        int hash = HashOf(tid, device), found = 0;
        for (int at = First(hash, long.MinValue); found < 2 && Has(at, hash); at++)
            found += EntryAt(at).Is(tid, device) ? 1 : 0;
        return found == 1;
    }

    /// <summary>The index of the first release by a holder that overlaps with a time; null if there is none.</summary>
    /// <param name="holder">Its thread and its device.</param>
    /// <param name="time">The time.</param>
    public int? During(Holder holder, Interval time)
    {
        if (holder is not { Task.Tid: var tid, Device: { } device })
            return null;
        int hash = HashOf(tid, device);
        for (int at = First(hash, time.StartNs); Has(at, hash) && EntryAt(at).Time.StartNs < time.EndNs; at++)
        {
            if (EntryAt(at).Is(tid, device) && EntryAt(at).Time.OverlapNs(time) > 0)
                return (int)_order[at];
        }
        return null;
    }

    public void Dispose()
    {
        ArrayPool<Entry>.Shared.Return(_entries, clearArray: true);
        ArrayPool<long>.Shared.Return(_order);
        ArrayPool<long>.Shared.Return(_latestEndNs);
    }

    // The first place with a hash up to which a release ended after a time.
    private int First(int hash, long afterNs)
    {
        int from = 0, to = _count;
        while (from < to)
        {
            int middle = (from + to) / 2;
            bool before = HashAt(middle) < hash || (HashAt(middle) == hash && _latestEndNs[middle] <= afterNs);
            (from, to) = before ? (middle + 1, to) : (from, middle);
        }
        return from;
    }

    private bool Has(int at, int hash) => at < _count && HashAt(at) == hash;

    private int HashAt(int at) => (int)(_order[at] >> 32);

    private ref readonly Entry EntryAt(int at) => ref _entries[(int)_order[at]];

    private static int HashOf(int tid, string device) => HashCode.Combine(tid, device);

    private readonly record struct Entry(int Tid, string Device, Interval Time)
    {
        public bool Is(int tid, string device) => Tid == tid && Device == device;
    }
}
