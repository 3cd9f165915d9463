using Profiler.Core.Spans;

namespace Profiler.Report.Export.JsonLines;

/// <summary>A recording as lines of JSON: everything that has ended, in the order of the ends; the last line says how complete that is.</summary>
public static class JsonLinesExport
{
    public static void Write(TextWriter to, Exported exported)
    {
        ReportDocument report = exported.Report;
        var lines = new LineMaker(exported.Recorded.Info, exported.Recorded.Facts);
        void Put(JsonLine line)
        {
            to.Write(line.ToJson());
            to.Write('\n');
        }
        void PutAll(IEnumerable<JsonLine> all)
        {
            foreach (JsonLine line in all)
                Put(line);
        }
        Put(lines.Begin());
        foreach (Ended ended in InOrder(exported))
        {
            switch (ended.What)
            {
                case Operation operation:
                    Put(lines.Of(operation, exported.Names.Of(operation)));
                    break;
                case StandaloneReset reset:
                    Put(lines.Of(reset));
                    break;
                case ReportStart start:
                    PutAll(lines.Of(start));
                    break;
                case ReportShutdown shutdown:
                    PutAll(lines.Of(shutdown));
                    break;
            }
        }
        // Of everything together: known at the end.
        foreach (ReportFinding finding in report.FindingsBesideStarts.Concat(report.Releases.Findings))
            Put(lines.Of(finding, report.Capture.StartNs + report.Capture.DurationNs));
        Put(lines.Of(report.Capture, last: true));
    }

    private readonly record struct Ended(long EndNs, object What);

    // At the same time what is a part of a life comes before it: the sort is stable.
    private static IEnumerable<Ended> InOrder(Exported exported) =>
    [
        .. exported.Operations.Select(o => new Ended(o.Time.EndNs, o))
            .Concat(exported.Resets.Select(r => new Ended(r.Reset.Time.EndNs, r)))
            .Concat(exported.Report.Starts.Select(s => new Ended(s.StartNs + s.WallNs, s)))
            .Concat(exported.Report.Shutdowns.Select(s => new Ended(s.StartNs + s.WallNs, s)))
            .OrderBy(e => e.EndNs),
    ];
}
