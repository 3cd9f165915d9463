using System.Globalization;
using Profiler.Core.Facts;
using Profiler.Core.Wire;

namespace Profiler.Lab.Tests;

/// <summary>
/// Who comes in the middle of a shutdown knows that there is one: whose, that it is under way, and of which devices as far as
/// that can be told.
/// </summary>
public sealed class LateAttachTests
{
    // Each of the 16 devices takes a second or two: more than attaching does.
    private const string Script = """
        cgroup='/sys/fs/cgroup/machine.slice/machine-qemu\x2d3\x2dlate\x2dvm.scope'
        mkdir -p "$cgroup"
        coproc out/vfioscope release --mode exit --hold $LAB_DEVICES
        # "holding 16 devices, pid 4711: press Enter, …"
        read -r line <&"${COPROC[0]}"
        dying=${line#*pid }
        dying=${dying%%:*}
        echo $dying >"$OUT/exiting.pid"
        echo $dying >"$cgroup/cgroup.procs"
        kill -KILL $dying
        sleep 1.5
        out/vfioscope record -o "$OUT/exiting.vfioscope" -- tail --pid=$dying -s 0.05 -f /dev/null
        """;

    private const string Closing = """
        coproc out/vfioscope release --mode close --hold $LAB_DEVICES
        closes=$COPROC_PID
        read -r line <&"${COPROC[0]}"
        holder=${line#*pid }
        echo "${holder%%:*}" >"$OUT/closing.pid"
        kill -TERM $closes
        sleep 1.5
        out/vfioscope record -o "$OUT/closing.vfioscope" -- tail --pid=$closes -s 0.05 -f /dev/null
        """;

    [Theory]
    [InlineData("6.12")]
    public void A_machine_that_is_being_killed_is_known_by_its_name_and_its_devices(string kernel)
    {
        LabGuest guest = LabGuest.Run(Script, devices: 16, kernel);
        var recording = new LabRecording(guest, "exiting.vfioscope");
        int pid = Pid(guest, "exiting.pid");
        ProcessAtStart there = Assert.Single(recording.Facts.AtStart.Values);
        Assert.Equal((pid, true, false), (there.Tgid, there.Exiting, there.Busy));
        Assert.Equal("late-vm", recording.Facts.VmNames[pid]);
        // Those that are not released yet: one whose begin was not seen, and those that were.
        string[] seen = [.. recording.Events.Where(e => e is { Kind: EventKind.Release, Edge: EventEdge.Begin }).Select(e => e.Device.ToString())];
        Assert.InRange(seen.Length, 1, 14);
        Assert.InRange(there.Devices!.Value.Except(seen).Count(), 0, 1);
        // While it was being looked for, some may have gone.
        Assert.InRange(seen.Except(there.Devices!.Value).Count(), 0, 2);
        // That it begins to exit was before; that it is dead is told.
        Assert.DoesNotContain(recording.Events, e => e.ProcessStep == ProcessStep.Exits);
        Assert.Contains(recording.Events, e => e.ProcessStep == ProcessStep.Reaped || e.ProcessStep == ProcessStep.Dead);
    }

    [Fact]
    public void A_process_that_is_just_closing_them_is_known_to_be_at_it()
    {
        LabGuest guest = LabGuest.Run(Closing, devices: 8, "6.12");
        var recording = new LabRecording(guest, "closing.vfioscope");
        ProcessAtStart there = Assert.Single(recording.Facts.AtStart.Values);
        Assert.Equal((Pid(guest, "closing.pid"), false, true), (there.Tgid, there.Exiting, there.Busy));
        Assert.InRange(recording.Releases, 1, 7);
    }

    private static int Pid(LabGuest guest, string file) => int.Parse(guest.Text(file), CultureInfo.InvariantCulture);
}
