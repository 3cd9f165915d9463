using System.Globalization;
using Profiler.Core.Wire;

namespace Profiler.Lab.Tests;

/// <summary>Whoever may send signals to his own processes may do so by the ten thousand: nobody hears of it here.</summary>
public sealed class SignalFloodTests
{
    private const string Script = """
        cat >"$OUT/flood" <<'END'
        import os, signal, time
        os.setuid(65534)
        child = os.fork()
        if not child:
            for number in signal.SIGTERM, signal.SIGHUP, signal.SIGINT:
                signal.signal(number, lambda *_: None)
            time.sleep(60)
            os._exit(0)
        time.sleep(0.5)
        sent, until = 0, time.monotonic() + 3
        while time.monotonic() < until:
            for number in signal.SIGTERM, signal.SIGHUP, signal.SIGINT:
                os.kill(child, number)
                sent += 1
        os.kill(child, signal.SIGKILL)
        os.wait()
        print(sent)
        END
        read -ra devices <<<"$LAB_DEVICES"
        # One is there before, one comes meanwhile: both are ours.
        coproc out/vfioscope release --mode exit --hold "${devices[0]}"
        read -r line <&"${COPROC[0]}"
        before=${line#*pid }
        before=${before%%:*}
        out/vfioscope record --buffer 64 -o "$OUT/flood.vfioscope" -- bash -c '
            python3 "$OUT/flood" >"$OUT/sent" & flood=$!
            python3 tests/lab/hold --end TERM "$2"
            kill -KILL $1
            tail --pid=$1 -s 0.05 -f /dev/null
            wait $flood
        ' - "$before" "${devices[1]}" || true
        echo "$before" >"$OUT/before"
        """;

    public static TheoryData<string> Kernels => [.. LabScript.Kernels("5.10", "6.12")];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Signals_of_others_are_not_told_and_those_of_processes_with_devices_are(string kernel)
    {
        LabGuest guest = LabGuest.Run(Script, devices: 2, kernel);
        Assert.InRange(int.Parse(guest.Text("sent"), CultureInfo.InvariantCulture), 1000, int.MaxValue);
        var recording = new LabRecording(guest, "flood.vfioscope");
        recording.IsComplete();
        Assert.Equal(0, recording.End.Events.Sum(e => e.Lost));
        uint before = uint.Parse(guest.Text("before"), CultureInfo.InvariantCulture);
        WireEvent[] signals = [.. recording.Events.Where(e => e.Kind == EventKind.Signal)];
        Assert.Equal([9, 15], signals.Select(s => s.Value).Order());
        Assert.All(signals.Where(s => s.Value == 9), s => Assert.Equal(before, s.Peer.Tgid));
        Assert.Equal(2, recording.Releases);
    }
}
