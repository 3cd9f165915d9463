using System.Globalization;
using System.Text;
using Profiler.Report.Tests.Export.Schema;

namespace Profiler.Report.Tests.Export;

/// <summary>A trace, read by Google's library with the published schema.</summary>
internal sealed class ReadTrace
{
    public ReadTrace(byte[] bytes)
    {
        Packets = Trace.Parser.ParseFrom(bytes).Packet;
        foreach (TracePacket packet in Packets)
            Read(packet);
        Assert.All(_open.Values, Assert.Empty);
    }

    public IReadOnlyList<TracePacket> Packets { get; }

    /// <summary>Slices, each with its track's name and its times.</summary>
    public List<(string Track, TrackEvent Event, long StartNs, long EndNs)> Slices { get; } = [];

    /// <summary>Marks.</summary>
    public List<(string Track, TrackEvent Event, long StartNs)> Marks { get; } = [];

    private readonly Dictionary<ulong, string> _tracks = [];
    private readonly Dictionary<ulong, Stack<(TrackEvent Event, long StartNs)>> _open = [];

    /// <summary>For people: tracks with what is on them, in the order of the file.</summary>
    public override string ToString()
    {
        var flows = new List<ulong>();
        var text = new StringBuilder();
        int depth = 0;
        foreach (TracePacket packet in Packets)
        {
            if (packet.ClockSnapshot is { } clocks)
                text.Append(CultureInfo.InvariantCulture, $"clocks {string.Join(", ", clocks.Clocks.Select(c => $"{c.ClockId}: {c.Timestamp}"))}; primary {clocks.PrimaryTraceClock}\n");
            if (packet.TrackDescriptor is { } track)
                text.Append(CultureInfo.InvariantCulture, $"\ntrack {_tracks[track.Uuid]}{(track.HasParentUuid ? $" under {_tracks[track.ParentUuid]}" : "")}\n");
            if (packet.TrackEvent is not { } e)
                continue;
            depth -= e.Type == TrackEvent.Types.Type.SliceEnd ? 1 : 0;
            text.Append(CultureInfo.InvariantCulture, $"  {packet.Timestamp / 1e9,10:0.000000}{new string(' ', 1 + depth * 2)}");
            text.Append(e.Type switch
            {
                TrackEvent.Types.Type.SliceBegin => $"{e.Name} [{e.Categories.Single()}]",
                TrackEvent.Types.Type.Instant => $"* {e.Name} [{e.Categories.Single()}]",
                _ => "end",
            });
            text.AppendJoin("", e.FlowIds.Select(f => $" -> {Flow(f)}")).AppendJoin("", e.TerminatingFlowIds.Select(f => $" <- {Flow(f)}"));
            foreach (DebugAnnotation a in e.DebugAnnotations)
                text.Append(CultureInfo.InvariantCulture, $" {a.Name}={(a.HasIntValue ? $"{a.IntValue}" : a.HasBoolValue ? $"{a.BoolValue}" : $"'{a.StringValue}'")}");
            text.Append('\n');
            depth += e.Type == TrackEvent.Types.Type.SliceBegin ? 1 : 0;
        }
        return text.ToString();

        int Flow(ulong id)
        {
            if (!flows.Contains(id))
                flows.Add(id);
            return flows.IndexOf(id) + 1;
        }
    }

    private void Read(TracePacket packet)
    {
        Assert.NotEqual(0u, packet.TrustedPacketSequenceId);
        if (packet.TrackDescriptor is { } track)
        {
            string name = track.Process is { } p ? $"process {p.ProcessName} {p.Pid}"
                : track.Thread is { } t ? $"thread {t.ThreadName} {t.Pid}/{t.Tid}" : track.Name;
            Assert.True(_tracks.TryAdd(track.Uuid, name), $"{name} is described twice");
            // Parents first.
            Assert.True(!track.HasParentUuid || _tracks.ContainsKey(track.ParentUuid), name);
        }
        if (packet.TrackEvent is not { } e)
            return;
        Assert.Equal(3u, packet.TimestampClockId);
        if (!_open.TryGetValue(e.TrackUuid, out Stack<(TrackEvent Event, long StartNs)>? open))
            _open[e.TrackUuid] = open = [];
        long ns = (long)packet.Timestamp;
        if (e.Type == TrackEvent.Types.Type.Instant)
            Marks.Add((_tracks[e.TrackUuid], e, ns));
        else if (e.Type == TrackEvent.Types.Type.SliceBegin)
            open.Push((e, ns));
        else if (open.Pop() is var begin)
            Slices.Add((_tracks[e.TrackUuid], begin.Event, begin.StartNs, ns));
    }
}
