namespace Profiler.Core.Spans;

/// <summary>Finds the release in which a thread held a lock.</summary>
/// <param name="releases">In the order of their begins.</param>
internal sealed class ReleaseIndex(IEnumerable<Operation> releases)
{
    private readonly Dictionary<(int Tid, string Device), List<Entry>> _entries = Group(releases);

    /// <summary>A holder's thread released its device once: <see cref="During"/> has no other answer for it.</summary>
    public bool IsOnly(Holder holder) => holder is { Task: { } task, Device: { } device } &&
        _entries.TryGetValue((task.Tid, device), out List<Entry>? entries) && entries.Count == 1;

    /// <summary>The index of the first release by a holder that overlaps with a time; null if there is none.</summary>
    /// <param name="holder">Its thread and its device.</param>
    /// <param name="time">The time.</param>
    public int? During(Holder holder, Interval time)
    {
        if (holder is not { Task: { } task, Device: { } device } || !_entries.TryGetValue((task.Tid, device), out List<Entry>? entries))
            return null;
        int from = 0, to = entries.Count;
        while (from < to)
        {
            int middle = (from + to) / 2;
            (from, to) = entries[middle].LatestEndNs > time.StartNs ? (from, middle) : (middle + 1, to);
        }
        for (; from < entries.Count && entries[from].Time.StartNs < time.EndNs; from++)
        {
            if (entries[from].Time.OverlapNs(time) > 0)
                return entries[from].Index;
        }
        return null;
    }

    private static Dictionary<(int Tid, string Device), List<Entry>> Group(IEnumerable<Operation> releases)
    {
        var groups = new Dictionary<(int Tid, string Device), List<Entry>>();
        int index = 0;
        foreach (Operation release in releases)
        {
            if (!groups.TryGetValue((release.Task.Tid, release.Device), out List<Entry>? group))
                groups[(release.Task.Tid, release.Device)] = group = [];
            long latest = Math.Max(release.Time.EndNs, group.Count == 0 ? long.MinValue : group[^1].LatestEndNs);
            group.Add(new Entry(index++, release.Time, latest));
        }
        return groups;
    }

    /// <param name="LatestEndNs">The latest end up to this one.</param>
    private readonly record struct Entry(int Index, Interval Time, long LatestEndNs);
}
