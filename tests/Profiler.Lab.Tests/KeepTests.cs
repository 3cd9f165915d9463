using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// The exporter with a flight recorder while a real VM comes and is destroyed: a report of what it kept is that of a recording made beside it.
/// </summary>
[Collection(Collection)]
public sealed class KeepTests
{
    /// <summary>Of the classes that look at this guest: one waits for it, not each of them.</summary>
    public const string Collection = "kept";

    private const int Devices = 4;

    // Two tracers have probes of their own, and each takes the time when its own runs: in an emulated machine that is milliseconds apart.
    private const double Apart = 0.02, Share = 0.01;

    internal static readonly GuestPerKernel Guests = new(kernel => LabGuest.Run("tests/lab/keep", Devices, kernel));

    public static TheoryData<string> Kernels => [.. LabScript.Kernels("6.12", "5.10")];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void The_report_of_what_was_kept_is_that_of_the_whole(string kernel)
    {
        JsonNode kept = Guests[kernel].Json("kept.json"), whole = Guests[kernel].Json("whole.json");
        foreach (string lives in (string[])["shutdowns", "starts"])
        {
            JsonNode one = Assert.Single(kept[lives]!.AsArray())!, other = Assert.Single(whole[lives]!.AsArray())!;
            Assert.Equal("lab-vm", (string?)one["vm"]);
            Assert.Equal((int)other["pid"]!, (int)one["pid"]!);
            Assert.False((bool)one["began_before"]!);
            Assert.False((bool)one["unfinished"]!);
            Same(other["wall_ns"], one["wall_ns"]);
            Assert.Equal(Of(other["findings"], "id"), Of(one["findings"], "id"));
            Assert.Equal(Of(other["devices"], "bdf"), Of(one["devices"], "bdf"));
            foreach ((JsonNode? device, JsonNode? same) in other["devices"]!.AsArray().Zip(one["devices"]!.AsArray()))
            {
                Same(device!["duration_ns"], same!["duration_ns"]);
                Same(device["reset_ns"], same["reset_ns"]);
                Assert.Equal((string?)device["name"], (string?)same["name"]);
            }
        }
        Assert.True((bool)kept["capture"]!["complete"]!);
        Assert.Equal(0, (long)kept["capture"]!["events_lost"]!);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void What_was_kept_is_listed_and_counted(string kernel)
    {
        JsonNode newest = Guests[kernel].Json("list.json")["recordings"]![0]!;
        Assert.Equal(("lab-vm", null), ((string?)newest["vm"], (string?)newest["error"]));
        Assert.NotNull((string?)newest["finding"]);
        string metrics = Guests[kernel].Text("kept.prom");
        int files = Directory.GetFiles(Path.Combine(Guests[kernel].Output, "kept"), "kept-*.vfioscope").Length;
        Assert.Contains($"vfioscope_kept_recordings_total {files}\n", metrics, StringComparison.Ordinal);
        Assert.Contains("vfioscope_kept_failed_total 0\n", metrics, StringComparison.Ordinal);
        // Where the shutdown is over while its start is being kept, both are in that recording.
        string file = (string)newest["file"]!, life = file.Contains("-start-", StringComparison.Ordinal) ? "start" : "shutdown";
        Assert.Contains($"vfioscope_kept_recording_seconds{{file=\"{file}\",vm=\"lab-vm\",life=\"{life}\",running=\"false\"}} ", metrics, StringComparison.Ordinal);
    }

    private static string[] Of(JsonNode? list, string field) => [.. list!.AsArray().Select(i => (string)i![field]!)];

    private static void Same(JsonNode? whole, JsonNode? kept)
    {
        double seconds = whole!.GetValue<long>() / 1e9;
        Assert.Equal(seconds, kept!.GetValue<long>() / 1e9, Apart + Share * seconds);
    }
}
