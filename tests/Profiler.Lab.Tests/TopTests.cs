using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Profiler.Lab.Tests;

/// <summary>
/// The terminal view, started beside a real VM and looked at in a terminal while that is shut down, against what the view
/// recorded itself.
/// </summary>
public sealed partial class TopTests
{
    private const int Devices = 4;

    // A frame says what time it is of, in tenths of a second from the signal. How late it is on the screen is another
    // matter: the guest is an emulated machine that does other things besides.
    private const double Rounding = 0.1, Late = 3;

    [Fact]
    public void The_frames_show_the_device_in_reset_and_how_many_are_pending()
    {
        LabGuest guest = LabGuest.Run("""
            tests/lab/watch-top
            out/vfioscope report "$OUT/top.vfioscope" --format json -o "$OUT/report.json"
            """, Devices);
        JsonNode shutdown = Assert.Single(guest.Json("report.json")["shutdowns"]!.AsArray())!;
        JsonNode[] released = [.. shutdown["devices"]!.AsArray().Select(d => d!)];
        Assert.Equal(Devices, released.Length);

        double signal = Seconds(shutdown["signals"]![0]!, "time_ns");
        var seen = new HashSet<int>();
        foreach ((double before, double after, string screen) in Frames(guest).Where(f => f.Screen.Contains("in reset (bus)", StringComparison.Ordinal)))
        {
            string line = Assert.Single(screen.Split('\n'), l => l.Contains("in reset (bus)", StringComparison.Ordinal));
            int i = Array.FindIndex(released, d => line.Contains(d["bdf"]!.GetValue<string>(), StringComparison.Ordinal));
            seen.Add(i);
            JsonNode reset = Assert.Single(released[i]["resets"]!.AsArray())!;
            double from = Seconds(reset, "start_ns"), until = from + Seconds(reset, "duration_ns");
            double moment = signal + double.Parse(Elapsed().Match(screen).Groups[1].Value, CultureInfo.InvariantCulture);
            Assert.InRange(moment, from - Rounding, until + Rounding);
            Assert.InRange(moment, before - Late, after + Rounding);
            Assert.Contains($"{i} of {Devices} released, 1 in reset, 0 waiting, {Devices - 1 - i} pending", screen, StringComparison.Ordinal);
            Assert.Contains("lab-vm", screen, StringComparison.Ordinal);
            Assert.Contains("SIGTERM from", screen, StringComparison.Ordinal);
        }
        // A look takes as long as the emulated machine needs to start a program: it may miss some.
        Assert.InRange(seen.Count, 1, Devices);
        Assert.Contains("4 devices released in", guest.Text("detail"), StringComparison.Ordinal);
    }

    // "lab-vm (217): SIGTERM from vm (206)      1.1 s", or "2.3 s, about 3.4 s to go".
    [GeneratedRegex(@"SIGTERM from .* ([0-9.]+) s(, about .*?)? *┃?$", RegexOptions.Multiline)]
    private static partial Regex Elapsed();

    private static double Seconds(JsonNode node, string field) => node[field]!.GetValue<long>() / 1e9;

    private static IEnumerable<(double Before, double After, string Screen)> Frames(LabGuest guest) =>
        Directory.EnumerateFiles(Path.Combine(guest.Output, "frames")).Select(file =>
        {
            double[] times = [.. Path.GetFileName(file).Split('-').Select(t => double.Parse(t, CultureInfo.InvariantCulture))];
            return (times[0], times[1], File.ReadAllText(file));
        });
}
