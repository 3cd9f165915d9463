using System.Globalization;
using Profiler.Core.Wire;

namespace Profiler.Lab.Tests;

/// <summary>How a process ended is told: with which exit code, or by which signal; of one with many threads as well.</summary>
public sealed class EndsOfProcessesTests
{
    private const string Script = """
        read -ra devices <<<"$LAB_DEVICES"
        out/vfioscope record -o "$OUT/ends.vfioscope" -- bash -c '
            end() {
                python3 tests/lab/hold --end "$1" "$2" ${3:-} & pid=$!
                wait $pid || true
                echo "$1 ${3:-0} $pid" >>"$OUT/ended"
            }
            for way in KILL TERM SEGV 3 0; do end $way "$1"; end $way "$1" 6; done
        ' - "${devices[0]}"
        """;

    public static TheoryData<string> Kernels => [.. LabScript.Kernels("5.10", "newest")];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void The_exit_code_or_the_signal_is_told(string kernel)
    {
        LabGuest guest = LabGuest.Run(Script, devices: 1, kernel);
        var recording = new LabRecording(guest, "ends.vfioscope");
        recording.IsComplete();
        // Each once, also where several threads are ended at one instant: a second one would be a key that is there.
        Dictionary<uint, int> codes = recording.Events.Where(e => e.ProcessStep == ProcessStep.Exits)
            .ToDictionary(e => e.Peer.Tgid, e => e.Value);
        string[] ended = [.. guest.Text("ended").Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        Assert.Equal(10, ended.Length);
        Assert.All(ended.Select(line => line.Split(' ')), way => Assert.Equal(
            (way[0], way[0] switch { "KILL" => 9, "TERM" => 15, "SEGV" => 11, var code => int.Parse(code, CultureInfo.InvariantCulture) << 8 }),
            (way[0], codes[uint.Parse(way[2], CultureInfo.InvariantCulture)] & (way[0] is "KILL" or "TERM" or "SEGV" ? 0x7f : 0xffff))));
        // Each signal by its number, also those that a program brings upon itself.
        foreach (int signal in (int[])[9, 11, 15])
            Assert.Equal(2, recording.Events.Count(e => e.Kind == EventKind.Signal && e.Value == signal));
    }
}
