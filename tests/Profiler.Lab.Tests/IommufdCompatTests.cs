using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// The three ways to the IOMMU, on the lab's own kernel: only with an iommufd in place of the container is the emulation of type 1 told.
/// Beside it the kernel's tracer: whether a group was given an iommufd.
/// </summary>
public sealed class IommufdCompatTests
{
    private const int Devices = 2;

    private const string Script = """
        trace=/sys/kernel/tracing
        echo 'p:compat iommufd_vfio_compat_ioas_create' >$trace/kprobe_events
        echo 1 >$trace/events/kprobes/compat/enable
        for iommu in type1 iommufd compat; do
            echo >$trace/trace
            out/vfioscope record -o "$OUT/$iommu.vfioscope" -- \
                out/vfioscope release --mode close --iommu $iommu --dma 64M $LAB_DEVICES >/dev/null
            cat $trace/trace >"$OUT/$iommu.trace"
            out/vfioscope report "$OUT/$iommu.vfioscope" --format json -o "$OUT/$iommu.json"
        done
        """;

    // One guest for all that is asked of it.
    private static readonly Lazy<LabGuest> Guest = new(() => LabGuest.Run(Script, Devices, "iommufd"));

    [Theory]
    [InlineData("type1", false)]
    [InlineData("iommufd", false)]
    [InlineData("compat", true)]
    public void An_iommufd_in_place_of_the_container_is_told_and_nothing_else(string iommu, bool compat)
    {
        Assert.Equal(compat, new KernelTrace(Guest.Value.Text(iommu + ".trace")).Events.Any(e => e.What.StartsWith("compat: ", StringComparison.Ordinal)));
        JsonNode report = Guest.Value.Json(iommu + ".json");
        Assert.Equal(0, report["capture"]!["events_unmatched"]!.GetValue<long>());
        JsonNode shutdown = Assert.Single(report["shutdowns"]!.AsArray())!;
        JsonNode[] opens = [.. report["opens"]!.AsArray().Select(o => o!)], releases = [.. shutdown["devices"]!.AsArray().Select(d => d!)];
        Assert.Equal((Devices, Devices), (opens.Length, releases.Length));
        Assert.All([.. opens, .. releases], o => Assert.Equal(compat, o["iommufd_compat"]!.GetValue<bool>()));
        Assert.Equal(compat ? 1 : 0, Found(report));
        Assert.Equal(compat ? 1 : 0, Found(shutdown));
        // What was mapped is unmapped, whoever does it.
        Assert.InRange(shutdown["phases"]!["iommu_ns"]!.GetValue<long>(), 1_000_000, 1_000_000_000);
    }

    private static int Found(JsonNode node) => node["findings"]!.AsArray().Count(f => f!["id"]!.GetValue<string>() == "iommufd_compat");
}
