using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// A real VM comes and is destroyed (tests/lab/keep): what is exported of a recording is what its report says, and so are the JSON lines that
/// another vfioscope wrote meanwhile.
/// </summary>
[Collection(KeepTests.Collection)]
public sealed class LinesTests
{
    // Two tracers, as in KeepTests.
    private const double Apart = 0.02, Share = 0.01;

    public static TheoryData<string> Kernels => KeepTests.Kernels;

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Exported_lines_are_the_objects_of_the_report(string kernel)
    {
        JsonObject[] lines = Lines(kernel, "export.jsonl");
        JsonNode whole = KeepTests.Guests[kernel].Json("whole.json");
        foreach (string life in (string[])["shutdown", "start"])
        {
            JsonNode line = Assert.Single(Of(lines, life)), report = Assert.Single(whole[life + "s"]!.AsArray())!;
            Assert.True(JsonNode.DeepEquals(report, line), $"{report.ToJsonString()}\n{line.ToJsonString()}");
        }
        Assert.Equal(whole["shutdowns"]![0]!["devices"]!.AsArray().Count, Of(lines, "release").Length);
        IsWhole(lines);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Live_lines_tell_the_same_as_it_happens(string kernel)
    {
        JsonObject[] live = Lines(kernel, "live.jsonl");
        JsonNode whole = KeepTests.Guests[kernel].Json("whole.json");
        foreach (string life in (string[])["shutdown", "start"])
        {
            JsonNode line = Assert.Single(Of(live, life)), report = Assert.Single(whole[life + "s"]!.AsArray())!;
            Assert.Equal(((int)report["pid"]!, "lab-vm"), ((int)line["pid"]!, (string?)line["vm"]));
            double seconds = (long)report["wall_ns"]! / 1e9;
            Assert.Equal(seconds, (long)line["wall_ns"]! / 1e9, Apart + Share * seconds);
            Assert.Equal(Ids(report["findings"]!), Ids(line["findings"]!));
        }
        Assert.Equal(
            whole["shutdowns"]![0]!["devices"]!.AsArray().Select(d => (string)d!["bdf"]!).Order(StringComparer.Ordinal),
            Of(live, "release").Select(r => (string)r["bdf"]!).Order(StringComparer.Ordinal));
        // Each release was told before the shutdown that it belongs to.
        string[] types = [.. live.Select(l => (string)l["type"]!)];
        Assert.True(Array.LastIndexOf(types, "release") < Array.IndexOf(types, "shutdown"));
        IsWhole(live);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void The_table_has_a_row_for_each_release_and_the_trace_is_one(string kernel)
    {
        JsonNode[] devices = [.. KeepTests.Guests[kernel].Json("whole.json")["shutdowns"]![0]!["devices"]!.AsArray().OfType<JsonNode>()];
        string[] rows = KeepTests.Guests[kernel].Text("export.csv").Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        int bdf = Column("bdf"), duration = Column("duration_ns");
        Assert.Equal(
            devices.Select(d => ((string)d["bdf"]!, (long)d["duration_ns"]!)).Order(),
            rows.Select(r => r.Split(',')).Where(c => c[0] == "release").Select(c => (c[bdf], long.Parse(c[duration], System.Globalization.CultureInfo.InvariantCulture))).Order());
        // A packet of a trace: field 1 of length-delimited bytes.
        byte[] trace = File.ReadAllBytes(Path.Combine(KeepTests.Guests[kernel].Output, "export.perfetto"));
        Assert.Equal(0x0a, trace[0]);
        foreach (JsonNode device in devices)
            Assert.True(trace.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes((string)device["bdf"]!)) > 0);

        int Column(string name) => Array.IndexOf(rows[0].Split(','), name);
    }

    private static JsonObject[] Lines(string kernel, string file) =>
        [.. KeepTests.Guests[kernel].Text(file).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())];

    private static JsonNode[] Of(JsonObject[] lines, string type) => [.. lines.Where(l => (string?)l["type"] == type).Select(l => l[type]!)];

    private static string[] Ids(JsonNode findings) => [.. findings.AsArray().Select(f => (string)f!["id"]!)];

    private static void IsWhole(JsonObject[] lines)
    {
        Assert.Equal("begin", (string?)lines[0]["type"]);
        Assert.Equal(("capture", true), ((string?)lines[^1]["type"], (bool?)lines[^1]["last"]));
        Assert.True((bool)lines[^1]["capture"]!["complete"]!);
    }
}
