using System.Globalization;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Report.Export.Perfetto;

/// <summary>
/// A recording as a Perfetto trace: a track for each process with its starts, shutdowns and their phases, for each thread with what it did,
/// for each device, and for each lock with its holders; arrows lead from who waits for a lock to who holds it.
/// </summary>
public static class PerfettoExport
{
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(Stream to, Exported exported)
    {
        using var writer = new TraceWriter(to, exported.Recorded.Info);
        var tracks = new TraceTracks();
        AddCapture(tracks, exported);
        var processes = new ProcessTracks(tracks, exported);
        var locks = new LockTracks(tracks, exported, processes);
        foreach (Shutdown shutdown in exported.Shutdowns)
            processes.Add(shutdown);
        foreach (Start start in exported.Starts)
            processes.Add(start);
        foreach (Operation operation in exported.Operations)
        {
            processes.Add(operation);
            locks.Add(operation);
            AddDevice(tracks, exported, operation);
        }
        foreach (StandaloneReset reset in exported.Resets)
        {
            processes.Add(reset.Task, reset.Reset);
            tracks.Add(DeviceTrack(tracks, exported, reset.Reset.Device), ProcessTracks.ResetSlice(reset.Reset));
        }
        locks.AddHolders();
        tracks.Write(writer);
        writer.Flush();
    }

    // What may be wrong with the figures comes first, as in the report.
    private static void AddCapture(TraceTracks tracks, Exported exported)
    {
        ReportDocument report = exported.Report;
        ReportCapture capture = report.Capture;
        var track = new Track("capture", "capture");
        tracks.Add(track, new Slice(
            capture.Complete ? "capture: complete" : "capture: INCOMPLETE, figures may be wrong or too low", "capture",
            new Interval(capture.StartNs, capture.StartNs + capture.DurationNs))
        {
            Details =
            [
                ("host", report.Host.Hostname), ("kernel", report.Host.Kernel), ("events_received", capture.EventsReceived),
                ("events_lost", capture.EventsLost?.ToString(CultureInfo.InvariantCulture) ?? "unknown"),
            ],
        });
        foreach (ReportProblem problem in capture.Problems)
        {
            tracks.Add(track, new Slice(problem.Text, problem.Impact, new Interval(capture.StartNs, capture.StartNs))
            {
                IsMark = true,
                Details = [("id", problem.Id), ("count", problem.Count), ("remedy", problem.Remedy)],
            });
        }
    }

    private static void AddDevice(TraceTracks tracks, Exported exported, Operation o)
    {
        Track track = DeviceTrack(tracks, exported, o.Device);
        tracks.Add(track, new Slice(
            $"{o.Kind.Words()} by {ProcessNames.Of(o.Task.Tgid, o.Process, exported.Vm(o.Task.Tgid))}", o.Kind.Name(), o.Time));
        foreach (Reset reset in o.Resets)
            tracks.Add(DeviceTrack(tracks, exported, reset.Device), ProcessTracks.ResetSlice(reset));
    }

    private static Track DeviceTrack(TraceTracks tracks, Exported exported, string bdf)
    {
        tracks.Add(new Track("devices", "devices"));
        string? name = exported.Recorded.Devices.TryGetValue(bdf, out DeviceIdentity? device) ? DeviceNames.Of(device) : null;
        return new Track($"device {bdf}", name is null ? bdf : $"{bdf} {name}", "devices");
    }
}
