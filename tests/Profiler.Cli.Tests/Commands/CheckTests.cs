using System.Text.Json.Nodes;
using Profiler.Bpf.Plan;
using Profiler.Bpf.Session;
using Profiler.Cli.Check;
using Profiler.Cli.Commands;
using Profiler.Core.Facts;
using Profiler.Core.Problems;
using Profiler.Report.Tests;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Commands;

public sealed class CheckTests
{
    [Fact]
    public void Devices_are_shown_by_address_and_by_name()
    {
        using var output = new StringWriter();
        CheckText.Devices(output,
        [
            new DeviceIdentity(
                "0000:01:00.0", "10de", "2330", "NVIDIA Corporation", "GH100 [H100 SXM5 80GB]", "030200", 14, "vfio-pci",
                ["flr", "bus"], ["0000:01:00.1", "0000:01:00.2"]),
            new DeviceIdentity("0000:02:00.0", "1234", "11e8", null, null, "00ff00", null, "vfio-pci", null, []),
            new DeviceIdentity("0000:03:00.0", "1234", "11e8", null, null, "00ff00", 15, "vfio-pci", [], []),
            new DeviceIdentity("0000:04:00.1", "1234", "11e8", null, null, "00ff00", 16, "vfio-pci", ["flr"], ["0000:04:00.2"], "0000:04:00.0"),
        ]);
        Assert.Equal(
            """

            device        driver     group  reset methods        shares its reset with       name
            0000:01:00.0  vfio-pci      14  flr bus              0000:01:00.1, 0000:01:00.2  NVIDIA Corporation GH100 [H100 SXM5 80GB]
            0000:02:00.0  vfio-pci    none  unknown              no other                    [1234:11e8]
            0000:03:00.0  vfio-pci      15  none                 no other                    [1234:11e8]
            0000:04:00.1  vfio-pci      16  flr                  no other                    [1234:11e8]

            """, output.ToString());
    }

    [Fact]
    public void None_is_said_in_words()
    {
        using var output = new StringWriter();
        CheckText.Devices(output, []);
        Assert.Equal("\nno device is bound to a VFIO driver\n", output.ToString());
    }

    [Fact]
    public void As_JSON_it_keeps_to_its_schema()
    {
        CheckDocument document = CheckDocument.Of(
            "host-1", "6.12.48",
            [
                new ProbeStatus("release", "vfio_device_fops_release", AttachKind.Kprobe, true, true, 0, "called seldom", null),
                new ProbeStatus("iommufd", "iommufd_fops_release", null, false, false, null, "waiting for module iommufd", "iommufd"),
            ],
            new[] { new VerifiedProgram("release_kretprobe", 118), new VerifiedProgram("release_kprobe", null) }.ToLookup(_ => "release"),
            [
                new DeviceIdentity("0000:01:00.0", "1234", "11e8", null, null, "00ff00", 14, "vfio-pci", ["flr", "bus"], ["0000:01:00.1"]),
                new DeviceIdentity("0000:02:00.0", "1234", "11e8", null, null, "00ff00", null, "vfio-pci", null, []),
            ],
            [new Problem(ProblemKinds.ProbeMissing.Id, Detail: "lock")],
            ok: false);
        string json = CheckJson.Text(document);
        using var file = new TemporaryFile(System.Text.Encoding.UTF8.GetBytes(json));
        Schema.Validate(file.Path, "check.schema.json");
        JsonNode check = JsonNode.Parse(json)!;
        Assert.Equal("kprobe", (string?)check["probes"]![0]!["attach"]);
        Assert.Equal("iommufd", (string?)check["probes"]![1]!["waits_for"]);
        Assert.Equal([118, null], check["probes"]![0]!["programs"]!.AsArray().Select(p => (int?)p!["verified_instructions"]));
        Assert.Equal("incomplete", (string?)check["problems"]![0]!["impact"]);
        Assert.Equal(["flr", "bus"], check["devices"]![0]!["reset_methods"]!.AsArray().Select(m => (string?)m));
    }

    [Theory]
    [InlineData(true, true, "", true)]
    [InlineData(false, true, "", false)]
    [InlineData(true, false, "", true)]
    [InlineData(true, true, "kprobes", false)]
    public void It_passes_when_the_required_probes_are_attached_and_not_switched_off(bool required, bool other, string off, bool passes) =>
        Assert.Equal(passes, CheckCommand.Passes(
            [
                new ProbeStatus("release", "f", AttachKind.Kprobe, required, true, 0, "", null),
                new ProbeStatus("open", "g", AttachKind.Kprobe, other, false, 0, "", null),
            ],
            off.Length == 0 ? [] : [off]));
}
