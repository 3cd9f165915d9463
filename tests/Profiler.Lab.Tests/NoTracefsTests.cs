using Profiler.Core.Problems;
using Profiler.Core.Wire;

namespace Profiler.Lab.Tests;

/// <summary>
/// Where tracefs is not mounted, or cannot be written to, many threads that release at once: all of them are reported, or it
/// is said, beforehand and afterwards, that some may be missing.
/// </summary>
public sealed class NoTracefsTests
{
    private const int Devices = 14;

    private const string Unmounted = "umount /sys/kernel/tracing; umount -l /sys/kernel/debug", ReadOnly = "mount -o remount,ro /sys/kernel/tracing";

    private const string Script = """
        out/vfioscope check >"$OUT/check" || echo $? >>"$OUT/check"
        out/vfioscope record -o "$OUT/few.vfioscope" -- out/vfioscope release --mode threads $LAB_DEVICES >/dev/null
        """;

    [Theory]
    [InlineData("5.10", Unmounted)]
    [InlineData("6.1", ReadOnly)]
    public void All_releases_are_reported(string kernel, string without)
    {
        (LabRecording recording, string check) = Run(kernel, without);
        Assert.Equal(Devices, recording.Releases);
        Assert.Null(recording.Problem(ProblemKinds.ProbeLimited));
        Assert.Null(recording.Problem(ProblemKinds.EndsLost));
        Assert.DoesNotContain("are missed, and not counted", check, StringComparison.Ordinal);
    }

    // Modules have no types there, so there is no fexit either. Where a mount of our own cannot be written to, it is said.
    [Fact]
    public void Or_it_is_said_that_some_may_be_missing_and_how_many_did_not_end()
    {
        (LabRecording recording, string check) = Run("5.10", ReadOnly);
        if (recording.Releases == Devices)
        {
            Assert.Null(recording.Problem(ProblemKinds.ProbeLimited));
            return;
        }
        Assert.Contains(recording.Problems, p => p.Id == ProblemKinds.ProbeLimited.Id && p.Detail == "release");
        Assert.Contains("problem: probe release sees only a few calls at the same time", check, StringComparison.Ordinal);
        int begun = recording.Events.Count(e => e is { Kind: EventKind.Release or EventKind.Open, Edge: EventEdge.Begin });
        int ended = recording.Events.Count(e => e is { Kind: EventKind.Release or EventKind.Open, Edge: EventEdge.End });
        Assert.True(begun > ended, $"{begun} begun, {ended} ended: this kernel has room for all");
        Assert.Equal(begun - ended, recording.Problem(ProblemKinds.EndsLost)?.Count);
    }

    private static (LabRecording Recording, string Check) Run(string kernel, string without)
    {
        LabGuest guest = LabGuest.Run($"{without}\n{Script}", Devices, kernel);
        var recording = new LabRecording(guest, "few.vfioscope");
        recording.IsComplete();
        return (recording, guest.Text("check"));
    }
}
