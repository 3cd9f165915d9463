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

    /// <summary>A start, and after it its findings.</summary>
    public IEnumerable<JsonLine> Of(ReportStart s) => WithFindings(
        At("start", s.StartNs + s.WallNs) with { Start = s }, s.Findings, s.StartNs + s.WallNs, new LineSubject("start", s.Pid, s.Comm, s.Vm, s.StartNs));

    /// <summary>A shutdown, and after it its findings.</summary>
    public IEnumerable<JsonLine> Of(ReportShutdown s) => WithFindings(
        At("shutdown", s.StartNs + s.WallNs) with { Shutdown = s }, s.Findings, s.StartNs + s.WallNs,
        new LineSubject("shutdown", s.Pid, s.Comm, s.Vm, s.StartNs));

    /// <param name="finding">A finding.</param>
    /// <param name="timeNs">When it was known, CLOCK_MONOTONIC.</param>
    /// <param name="subject">What it is about; null if it is about the host, or a device.</param>
    public JsonLine Of(ReportFinding finding, long timeNs, LineSubject? subject = null) =>
        At("finding", timeNs) with { Finding = finding, Subject = subject };

    /// <param name="capture">How complete the capture is.</param>
    /// <param name="last">No line follows.</param>
    public JsonLine Of(ReportCapture capture, bool last) =>
        At("capture", capture.StartNs + capture.DurationNs) with { Capture = capture, Last = last };

    private IEnumerable<JsonLine> WithFindings(JsonLine life, IEnumerable<ReportFinding> findings, long endNs, LineSubject subject) =>
        findings.Select(f => Of(f, endNs, subject)).Prepend(life);

    private JsonLine At(string type, long ns) => new(type, LineTime.Of(info, ns));
}
