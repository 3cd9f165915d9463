using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Recording;
using Profiler.Report.Export;
using Profiler.Report.Export.JsonLines;
using Profiler.Report.Export.Perfetto;
using Profiler.Tests.Support;

namespace Profiler.Report.Tests.Export;

/// <summary>
/// Events in, exports out: of the cases of the report, each has its trace (as text), rows and lines in this folder; and in every export is
/// what is in the report, at the same times.
/// </summary>
public sealed class ExportTests
{
    public static TheoryData<string> Shown => ["lock-convoy", "reset-chain", "vm-start"];

    public static TheoryData<string> Cases => ReportTests.Cases;

    [Theory]
    [MemberData(nameof(Shown))]
    public void The_trace_is_as_expected(string name) =>
        Golden.Equal(Golden.Beside($"{name}.trace.txt"), new ReadTrace(Trace(Read(name))).ToString());

    [Theory]
    [MemberData(nameof(Shown))]
    public void The_rows_are_as_expected(string name) => Golden.Equal(Golden.Beside($"{name}.csv"), Csv(Read(name)));

    [Theory]
    [MemberData(nameof(Shown))]
    public void The_lines_are_as_expected(string name) => Golden.Equal(Golden.Beside($"{name}.jsonl"), Lines(Read(name)));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_release_open_wait_and_reset_of_the_report_is_in_each_export_at_the_same_time(string name)
    {
        Exported exported = Read(name);
        ReportDocument report = exported.Report;
        ReportDevice[] releases = [.. report.Shutdowns.SelectMany(s => s.Devices)];
        ReportDevice[] all = [.. releases, .. report.Opens, .. report.UserResets.Select(r => r.Operation)];
        (string Kind, long StartNs, long EndNs)[] expected =
        [
            .. releases.Select(d => ("release", d.StartNs, d.StartNs + d.DurationNs)),
            .. report.Opens.Select(d => ("open", d.StartNs, d.StartNs + d.DurationNs)),
            .. report.UserResets.Select(r => (r.Kind, r.Operation.StartNs, r.Operation.StartNs + r.Operation.DurationNs)),
            .. all.SelectMany(d => d.LockWaits).Select(w => ("lock_wait", w.StartNs, w.StartNs + w.DurationNs)),
            .. all.SelectMany(d => d.Resets).Select(r => ("reset", r.StartNs, r.StartNs + r.DurationNs)),
            .. exported.Recorded.Resets.Select(r => ("reset", r.Reset.Time.StartNs, r.Reset.Time.EndNs)),
        ];
        Array.Sort(expected);

        string[][] rows = [.. Csv(exported).Split("\r\n")[1..^1].Select(row => row.Split(','))];
        Assert.Equal(expected, rows.Select(r => (r[0], Number(r[4]), Number(r[5]))).Order());

        string[] kinds = [.. expected.Select(e => e.Kind).Distinct()];
        Assert.Equal(expected, new ReadTrace(Trace(exported)).Slices
            .Where(s => s.Track.StartsWith("thread ", StringComparison.Ordinal) && kinds.Contains(s.Event.Categories.Single()))
            .Select(s => (s.Event.Categories.Single(), s.StartNs, s.EndNs)).Order());

        JsonNode[] lines = [.. Lines(exported).Split('\n')[..^1].Select(l => JsonNode.Parse(l)!)];
        Assert.Equal(expected.Where(e => e.Kind is "release" or "open").Select(e => (e.Kind, e.StartNs)), lines
            .Where(l => (string)l["type"]! is "release" or "open").Select(l => ((string)l["type"]!, (long)l[(string)l["type"]!]!["start_ns"]!)).Order());
        Assert.Equal(report.Shutdowns.Select(s => s.WallNs).Order(), Of(lines, "shutdown").Select(s => (long)s["wall_ns"]!).Order());
        Assert.Equal(report.Starts.Select(s => s.WallNs).Order(), Of(lines, "start").Select(s => (long)s["wall_ns"]!).Order());
        Assert.Equal(("begin", "capture"), ((string)lines[0]["type"]!, (string)lines[^1]["type"]!));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_line_keeps_to_the_schema(string name)
    {
        // All at once: the validator takes long to start.
        using var lines = new TemporaryFile(Encoding.UTF8.GetBytes($"[{string.Join(',', Lines(Read(name)).Split('\n')[..^1])}]"));
        using var schema = new TemporaryFile(Encoding.UTF8.GetBytes(LineSchema.OfAll()));
        Tests.Schema.ValidateWith(lines.Path, schema.Path);
    }

    [Fact]
    public void The_schema_of_the_lines_has_the_objects_of_the_report() =>
        Golden.Equal(Golden.Beside("../../../docs/jsonl.schema.json"), LineSchema.OfOne());

    [Fact]
    public void An_arrow_leads_from_each_wait_to_each_holder()
    {
        var trace = new ReadTrace(Trace(Read("lock-convoy")));
        ulong[] begin = [.. trace.Slices.SelectMany(s => s.Event.FlowIds).Order()], end = [.. trace.Marks.SelectMany(m => m.Event.TerminatingFlowIds).Order()];
        Assert.NotEmpty(begin);
        Assert.Equal(begin, end);
    }

    [Fact]
    public void What_is_incomplete_says_so_in_every_format()
    {
        Exported exported = Read("lock-convoy", end: false);
        Assert.All(Csv(exported).Split("\r\n")[1..^1], row => Assert.EndsWith(",false", row, StringComparison.Ordinal));
        Assert.False((bool)Of([JsonNode.Parse(Lines(exported).Split('\n')[^2])!], "capture").Single()["complete"]!);
        Assert.Contains("capture: INCOMPLETE", new ReadTrace(Trace(exported)).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Slices_that_overlap_are_on_lanes_of_their_own()
    {
        Slice A(long from, long to) => new("x", "x", new(from, to));
        Assert.Equal([3, 1], SliceLanes.Of([A(0, 10), A(2, 5), A(3, 7), A(5, 10)]).Select(l => l.Count));
    }

    [Theory]
    [InlineData("web-1", "web-1")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"x\"", "\"say \"\"x\"\"\"")]
    [InlineData("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\"")]
    [InlineData("@SUM(1)", "\"'@SUM(1)\"")]
    [InlineData("-1", "\"'-1\"")]
    [InlineData("two\r\nlines", "\"two\r\nlines\"")]
    [InlineData(" x", "\" x\"")]
    public void A_text_is_one_field_and_no_formula(string text, string field) => Assert.Equal(field, CsvWriter.Escape(text));

    private static IEnumerable<JsonNode> Of(IEnumerable<JsonNode> lines, string type) => lines.Select(l => l[type]).OfType<JsonNode>();

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static byte[] Trace(Exported exported)
    {
        using var bytes = new MemoryStream();
        PerfettoExport.Write(bytes, exported);
        return bytes.ToArray();
    }

    private static string Csv(Exported exported) => Text(to => CsvExport.Write(to, exported));

    private static string Lines(Exported exported) => Text(to => JsonLinesExport.Write(to, exported));

    private static string Text(Action<TextWriter> write)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        write(text);
        return text.ToString();
    }

    private static Exported Read(string name, bool end = true) => Exported.Of(
        RecordedCapture.Read(RecordingReader.Open(new MemoryStream(new StagedCapture(File.ReadAllText(Golden.Beside($"../Cases/{name}.events")))
        {
            Lost = end ? new Dictionary<Core.Wire.EventKind, long>() : null,
            OtherFacts = [new KernelStack(7, ["pci_reset_secondary_bus+0x1c"])],
        }.Recording()))),
        ActivityFilter.None);
}
