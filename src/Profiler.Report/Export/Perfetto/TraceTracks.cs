namespace Profiler.Report.Export.Perfetto;

/// <summary>Collects slices by track, and writes each track with its slices.</summary>
internal sealed class TraceTracks
{
    private readonly List<Track> _order = [];
    private readonly Dictionary<string, List<Slice>> _slices = [];

    /// <summary>Adds a track without slices, under which others may be; of one that is there already nothing changes.</summary>
    public void Add(Track track)
    {
        if (_slices.TryAdd(track.Key, []))
            _order.Add(track);
    }

    public void Add(Track track, Slice slice)
    {
        Add(track);
        _slices[track.Key].Add(slice);
    }

    public void Write(TraceWriter to)
    {
        foreach (Track track in _order)
        {
            to.Track(track);
            List<List<Slice>> lanes = SliceLanes.Of(_slices[track.Key]);
            for (int i = 0; i < lanes.Count; i++)
            {
                string key = track.Key;
                if (i > 0)
                {
                    key = $"{track.Key}/{i}";
                    to.Track(new Track(key, track.Name, track.Key));
                }
                Write(to, key, lanes[i]);
            }
        }
    }

    private static void Write(TraceWriter to, string track, List<Slice> lane)
    {
        var open = new Stack<long>();
        foreach (Slice slice in lane)
        {
            while (open.TryPeek(out long end) && end <= slice.Time.StartNs)
                to.End(track, open.Pop());
            if (slice.IsMark)
            {
                to.Mark(track, slice);
                continue;
            }
            to.Begin(track, slice);
            open.Push(slice.Time.EndNs);
        }
        while (open.TryPop(out long end))
            to.End(track, end);
    }
}
