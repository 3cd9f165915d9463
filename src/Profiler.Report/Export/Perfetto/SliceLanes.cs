namespace Profiler.Report.Export.Perfetto;

/// <summary>
/// Distributes the slices of a track among lanes, in each of which a slice is inside of another one or beside it: Perfetto knows no other
/// slices on one track.
/// </summary>
internal static class SliceLanes
{
    /// <summary>The lanes, each in the order of begins, the longer slice first.</summary>
    public static List<List<Slice>> Of(IEnumerable<Slice> slices)
    {
        var lanes = new List<List<Slice>>();
        var open = new List<Stack<long>>(); // the ends of the slices that a lane is inside of
        foreach (Slice slice in slices.OrderBy(s => s.Time.StartNs).ThenByDescending(s => s.IsMark ? s.Time.StartNs : s.Time.EndNs))
        {
            int at = 0;
            while (at < lanes.Count && !Fits(open[at], slice))
                at++;
            if (at == lanes.Count)
            {
                lanes.Add([]);
                open.Add([]);
            }
            lanes[at].Add(slice);
            if (!slice.IsMark)
                open[at].Push(slice.Time.EndNs);
        }
        return lanes;
    }

    private static bool Fits(Stack<long> open, Slice slice)
    {
        while (open.TryPeek(out long end) && end <= slice.Time.StartNs)
            open.Pop();
        return slice.IsMark || !open.TryPeek(out long around) || slice.Time.EndNs <= around;
    }
}
