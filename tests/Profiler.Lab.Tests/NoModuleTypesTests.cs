using Profiler.Core.Problems;

namespace Profiler.Lab.Tests;

/// <summary>A kernel whose modules have no type information is not taken for an old one, and what can be had goes on.</summary>
public sealed class NoModuleTypesTests
{
    private const string Script = """
        : >/run/empty
        for module in vfio vfio_pci vfio_pci_core; do mount --bind /run/empty /sys/kernel/btf/$module; done
        out/vfioscope check >"$OUT/check" && code=0 || code=$?
        echo "exit $code" >>"$OUT/check"
        out/vfioscope record -o "$OUT/untyped.vfioscope" -- out/vfioscope release --mode close $LAB_DEVICES >/dev/null
        """;

    [Fact]
    public void It_is_said_what_is_missing()
    {
        LabGuest guest = LabGuest.Run(Script, devices: 1, "6.12");
        string check = guest.Text("check");
        Assert.Contains("module vfio has no type information (CONFIG_DEBUG_INFO_BTF_MODULES)", check, StringComparison.Ordinal);
        Assert.Contains("required probes missing: release", check, StringComparison.Ordinal);
        Assert.Contains("exit 1", check, StringComparison.Ordinal);
        var recording = new LabRecording(guest, "untyped.vfioscope");
        Assert.Equal("release", recording.Problem(ProblemKinds.ProbeMissing)?.Detail);
        Assert.Contains(recording.Info.Probes, p => p is { Name: "reset_function", Attached: true });
    }
}
