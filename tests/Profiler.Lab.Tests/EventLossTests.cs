using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// A ring buffer that holds 40 events, and a recorder that is stopped while 8 devices are released: what
/// cannot be kept is counted, and said.
/// </summary>
public sealed class EventLossTests
{
    private const string Script = """
        out/vfioscope record --buffer 4 -o "$OUT/loss.vfioscope" &
        recorder=$!
        # It is there before anything is attached, and has something in it after that.
        wait_for 60 eval '[ -s "$OUT"/.loss.vfioscope.*.partial ]'
        kill -STOP $recorder
        out/vfioscope release --mode threads $LAB_DEVICES >/dev/null
        kill -CONT $recorder
        sleep 1
        kill $recorder
        wait $recorder
        out/vfioscope report "$OUT/loss.vfioscope" --format json -o "$OUT/report.json"
        out/vfioscope report "$OUT/loss.vfioscope" -o "$OUT/report.txt"
        """;

    [Fact]
    public void What_the_ring_buffer_refuses_is_counted_to_the_event()
    {
        LabGuest guest = LabGuest.Run(Script, devices: 8);
        JsonNode capture = guest.Json("report.json")["capture"]!;
        Assert.InRange(capture["events_lost"]!.GetValue<long>(), 1, 1000);
        Assert.All(capture["events"]!.AsArray(), e => Assert.Equal(
            e!["emitted"]!.GetValue<long>(), e["received"]!.GetValue<long>() + e["lost"]!.GetValue<long>()));
        // 8 opens and 8 releases, each with a begin and an end: what was emitted is what happened.
        foreach (string kind in new[] { "open", "release" })
            Assert.Equal(16, capture["events"]!.AsArray().Single(e => e!["kind"]!.GetValue<string>() == kind)!["emitted"]!.GetValue<long>());
        Assert.Matches("INCOMPLETE.*\n(.*\n)*? +- [0-9]+ events? lost", guest.Text("report.txt"));
    }
}
