using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Recording;
using Profiler.Core.Spans;

namespace Profiler.Report.Export.JsonLines;

/// <summary>Makes the lines of a capture; each has one object of the report.</summary>
/// <param name="info">Converts times.</param>
/// <param name="facts">Names of processes and devices.</param>
internal sealed class LineMaker(CaptureInfo info, HostFacts facts)
{
    public JsonLine Begin() => At("begin", info.StartNs) with
    {
        Begin = new LineBegin(LineBegin.SchemaId, new ReportHost(info.Kernel, info.Hostname), info.Start, info.StartNs),
    };

    /// <param name="operation">A release, an open or a requested reset.</param>
    /// <param name="device">The same in the report.</param>
    public JsonLine Of(Operation operation, ReportDevice device) => operation.Kind switch
    {
        OperationKind.Release => At("release", operation.Time.EndNs) with { Release = device },
        OperationKind.Open => At("open", operation.Time.EndNs) with { Open = device },
        _ => At("user_reset", operation.Time.EndNs) with
        {
            UserReset = new ReportUserReset(operation.Kind.Name(), UserResets.DevicesOf(operation, facts.Devices), device),
        },
    };

    public JsonLine Of(StandaloneReset r) => At("reset", r.Reset.Time.EndNs) with
    {
        Reset = new LineReset(
            r.Reset.Device, r.Task.Tgid, r.Task.Tid, r.Task.Comm, facts.VmNames.GetValueOrDefault(r.Task.Tgid), ShutdownReport.Of(r.Reset)),
    };

    public JsonLine Of(ReportStart start) => At("start", EndNs(start)) with { Start = start };

    public JsonLine Of(ReportShutdown shutdown) => At("shutdown", EndNs(shutdown)) with { Shutdown = shutdown };

    /// <summary>The findings about a start, as lines of their own.</summary>
    public IEnumerable<JsonLine> FindingsOf(ReportStart s) =>
        s.Findings.Select(f => Of(f, EndNs(s), new LineSubject("start", s.Pid, s.Comm, s.Vm, s.StartNs)));

    /// <summary>The findings about a shutdown, as lines of their own.</summary>
    public IEnumerable<JsonLine> FindingsOf(ReportShutdown s) =>
        s.Findings.Select(f => Of(f, EndNs(s), new LineSubject("shutdown", s.Pid, s.Comm, s.Vm, s.StartNs)));

    /// <param name="finding">A finding.</param>
    /// <param name="timeNs">When it was known, CLOCK_MONOTONIC.</param>
    /// <param name="subject">What it is about; null if it is about the host, or a device.</param>
    public JsonLine Of(ReportFinding finding, long timeNs, LineSubject? subject = null) =>
        At("finding", timeNs) with { Finding = finding, Subject = subject };

    /// <param name="capture">How complete the capture is.</param>
    /// <param name="last">No line follows.</param>
    public JsonLine Of(ReportCapture capture, bool last) =>
        At("capture", capture.StartNs + capture.DurationNs) with { Capture = capture, Last = last };

    private static long EndNs(ReportStart start) => start.StartNs + start.WallNs;

    private static long EndNs(ReportShutdown shutdown) => shutdown.StartNs + shutdown.WallNs;

    private JsonLine At(string type, long ns) => new(type, LineTime.Of(info, ns));
}
