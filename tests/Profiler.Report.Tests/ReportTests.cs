using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Recording;
using Profiler.Core.WhatIf;
using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Report.Tests;

/// <summary>
/// Events in, report out: each Cases/NAME.events has its report as NAME.txt and NAME.json beside it.
/// </summary>
public sealed class ReportTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Cases =>
        [.. Directory.EnumerateFiles(Golden.Beside("Cases"), "*.events").Select(f => Path.GetFileNameWithoutExtension(f)).Order()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_text_is_as_expected(string name) =>
        Golden.Equal(Golden.Beside($"Cases/{name}.txt"), TextReport.Render(Build(name), TextReport.DefaultWidth));

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_JSON_is_as_expected_and_keeps_to_its_schema(string name)
    {
        string json = ReportJson.Text(Build(name));
        Golden.Equal(Golden.Beside($"Cases/{name}.json"), json);
        Schema.Validate(Golden.Beside($"Cases/{name}.json"));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(200)]
    public void It_fits_the_terminal_and_no_column_is_broken(int width)
    {
        foreach (string name in Cases)
            Assert.All(TextReport.Render(Build(name), width).Split('\n'), line => Assert.True(line.Length <= width, $"{name}, {width}: {line}"));
        Golden.Equal(Golden.Beside($"Cases/lock-convoy.{width}.txt"), TextReport.Render(Build("lock-convoy"), width));
    }

    [Theory]
    [InlineData("lock-convoy")]
    [InlineData("whole-teardown")]
    [InlineData("vm-start")]
    public void Asked_for_other_rules_it_says_what_they_would_save_and_assume(string name)
    {
        ReportDocument report = ReportBuilder.Build(Read(name, End), ActivityFilter.None, rules: [.. Enum.GetValues<WhatIfRule>()]);
        string text = TextReport.Render(report, TextReport.DefaultWidth);
        Golden.Equal(Golden.Beside($"Cases/{name}.what-if.txt"), string.Join('\n', text.Split("\n\n").Where(p => p.Contains("what", StringComparison.Ordinal) && p.Contains("parallel-close", StringComparison.Ordinal))) + "\n");
        using var json = new TemporaryFile(System.Text.Encoding.UTF8.GetBytes(ReportJson.Text(report)));
        Schema.Validate(json.Path);
    }

    [Fact]
    public void A_narrower_terminal_than_that_gets_lines_that_are_too_long() =>
        Assert.Equal(TextReport.Render(Build("lock-convoy"), TextReport.MinWidth), TextReport.Render(Build("lock-convoy"), 1));

    [Fact]
    public void A_recording_that_was_cut_short_says_so()
    {
        ReportDocument report = ReportBuilder.Build(Read("serial-exit", writer => { }), ActivityFilter.None);
        Assert.False(report.Capture.Complete);
        Assert.Null(report.Capture.EventsLost);
        Assert.Contains("INCOMPLETE, figures may be wrong or too low:\n  - the recording was cut short", TextReport.Render(report, TextReport.DefaultWidth), StringComparison.Ordinal);
    }

    [Fact]
    public void Lost_events_and_missed_probes_make_it_incomplete()
    {
        RecordedCapture recorded = Read("serial-exit", writer => writer.End(new CaptureEnd(
            3_000_000_000,
            [new EventCount("reset", 17, 16, 1)],
            [new ProbeInfo("release", "vfio_device_fops_release", "kprobe", true, 2, "kprobe as asked for")])));
        string text = TextReport.Render(ReportBuilder.Build(recorded, ActivityFilter.None), TextReport.DefaultWidth);
        Assert.Contains("INCOMPLETE", text, StringComparison.Ordinal);
        Assert.Contains("  - 1 event lost (reset): the ring buffer was full (use a larger --buffer)", text, StringComparison.Ordinal);
        Assert.Contains("  - the kernel did not run probe release for 2 calls", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_of_the_kernel_are_shown_only_if_asked_for()
    {
        RecordedCapture recorded = Read("whole-teardown", writer =>
        {
            writer.Fact(new KernelStack(7, ["0xffffffffc0de1234", "vfio_device_fops_release+0x21 [vfio]"]));
            End(writer);
        });
        string hidden = ReportJson.Text(ReportBuilder.Build(recorded, ActivityFilter.None)) + TextReport.Render(ReportBuilder.Build(recorded, ActivityFilter.None), TextReport.DefaultWidth);
        Assert.DoesNotContain("0xffff", hidden, StringComparison.Ordinal);
        Assert.DoesNotContain("0x00000000", hidden, StringComparison.Ordinal);
        string shown = ReportJson.Text(ReportBuilder.Build(recorded, ActivityFilter.None, addresses: true));
        Assert.Contains("0xffffffffc0de1234", shown, StringComparison.Ordinal);
        Assert.Contains("0x00000000000000", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, "05:00.1", 1)]
    [InlineData(200, null, null, 1)]
    [InlineData(201, null, null, 0)]
    [InlineData(null, "batch", null, 1)]
    [InlineData(null, "other", null, 0)]
    public void Filters_leave_what_concerns_the_process_the_machine_the_device(int? pid, string? vm, string? device, int shutdowns)
    {
        RecordedCapture recorded = Read("lock-convoy", writer => writer.Fact(new ProcessIdentity(200, "batch")));
        Assert.Equal(shutdowns, ReportBuilder.Build(recorded, new ActivityFilter(pid, vm, device)).Shutdowns.Length);
    }

    [Fact]
    public void A_filter_leaves_nothing_of_others_in_any_part_of_the_report()
    {
        RecordedCapture recorded = RecordedCapture.Read(RecordingReader.Open(new MemoryStream(new StagedCapture("""
            1.0 7/7 qemu-a release begin 0000:01:00.0 lock a
            2.0 7/7 qemu-a release end
            3.0 8/8 qemu-b release begin 0000:02:00.0 lock b
            3.1 9/9 qemu-b release begin 0000:03:00.0 lock b
            3.2 9/9 qemu-b wait begin lock b holder 8/8 qemu-b
            3.3 8/8 qemu-b reset begin flr 0000:02:00.0
            4.3 8/8 qemu-b reset end flr
            4.5 8/8 qemu-b release end
            4.6 9/9 qemu-b wait end lock b
            5.5 9/9 qemu-b release end
            6.0 9/9 qemu-b reset begin pm 0000:03:00.0
            6.5 9/9 qemu-b reset end pm
            """)
        {
            VmNames = new Dictionary<int, string> { [7] = "web", [8] = "mail", [9] = "mail" },
            OtherFacts = [Device("0000:01:00.0", ["flr"]), Device("0000:03:00.0", ["pm"]), new KernelStack(3, ["a+0x1"])],
        }.Recording())));

        ReportDocument web = ReportBuilder.Build(recorded, new ActivityFilter(null, "web", null));
        Assert.Equal((1, 1, 0, 0), (web.Histograms.Release.Count, web.Histograms.Shutdown.Count, web.Histograms.LockWait.Count, web.Histograms.Reset.Count));
        Assert.Equal((1, 0, 0), (web.Releases.Count, web.Locks.Length, web.Stacks.Length));
        Assert.Equal("0000:01:00.0", Assert.Single(web.Devices).Bdf);
        Assert.DoesNotContain("0000:02:00.0", ReportJson.Text(web) + TextReport.Render(web, TextReport.DefaultWidth), StringComparison.Ordinal);

        ReportDocument third = ReportBuilder.Build(recorded, new ActivityFilter(null, null, "03:00.0"));
        Assert.Equal((1, 1, 1), (third.Histograms.Release.Count, third.Histograms.LockWait.Count, third.Histograms.Reset.Count));
        Assert.Equal(["pm"], third.Histograms.ResetByMethod.Keys);
        Assert.Equal(3, ReportBuilder.Build(recorded, ActivityFilter.None).Histograms.Release.Count);
    }

    [Theory]
    [InlineData(null, "other", null, "nothing matches --vm other: there is VM batch")]
    [InlineData(201, null, null, "nothing matches --pid 201: there is process 200")]
    [InlineData(200, "other", "09:00.0", "nothing matches --pid 200 --vm other --device 09:00.0: there is VM batch, process 200, device 0000:05:00.0, ")]
    public void A_filter_that_matches_nothing_says_what_there_is(int? pid, string? vm, string? device, string says)
    {
        var filter = new ActivityFilter(pid, vm, device);
        RecordedCapture recorded = Read("lock-convoy", writer => writer.Fact(new ProcessIdentity(200, "batch")));
        Assert.False(recorded.Has(filter));
        Assert.StartsWith(says, recorded.WhatThereIs(filter), StringComparison.Ordinal);
        Assert.True(recorded.Has(new ActivityFilter(200, "batch", "05:00.1")));
        Assert.True(recorded.Has(ActivityFilter.None));
    }

    [Fact]
    public void A_reset_is_a_line_with_all_methods_that_were_tried()
    {
        RecordedCapture recorded = Read("reset-chain", End);
        var lines = new EventLine(recorded.Info, recorded.VmNames);
        Assert.Equal(
            "2026-11-22T08:01:03.130Z release 0000:01:00.0 by qemu (pid 100): 61.130 s, reset 61.111 s (flr timed out after 60.101 s, then bus 1.010 s)",
            lines.Of(recorded.Operations.Single(o => o.Device == "0000:01:00.0")));
        Assert.Equal(
            "2026-11-22T08:01:04.160Z release 0000:02:00.0 by qemu (pid 100): 1.030 s, reset by bus 1.011 s",
            lines.Of(recorded.Operations.Single(o => o.Device == "0000:02:00.0")));
    }

    [Fact]
    public void What_had_devices_at_the_beginning_is_known_to_the_report_too()
    {
        RecordedCapture recorded = RecordedCapture.Read(RecordingReader.Open(new MemoryStream(new StagedCapture(
            "1.0 1/1 init signal 15 to 7/7 qemu\n2.0 7/7 qemu exits\n3.0 7/7 qemu gone\n3.5 1/1 init reaped of 7/7 qemu")
        {
            OtherFacts = [new ProcessAtStart(7, "qemu", ["0000:01:00.0"], Exiting: false)],
        }.Recording())));
        Assert.Equal(["0000:01:00.0"], Assert.Single(recorded.Shutdowns).Unreleased.ToArray());
    }

    internal static ReportDocument Build(string name) => ReportBuilder.Build(Read(name, End), ActivityFilter.None);

    private static void End(RecordingWriter writer) => writer.End(new CaptureEnd(5_000_000_000, [], Probes));

    private static readonly System.Collections.Immutable.ImmutableArray<ProbeInfo> Probes =
    [
        new("release", "vfio_device_fops_release", "fentry", true, 0, "fentry", Required: true),
        new("reset_function", "__pci_reset_function_locked", "kprobe", true, 0, "kprobe"),
        new("reset_bus", "pci_reset_bus", "kprobe", true, 0, "kprobe"),
        new("lock", "contention_begin", "tracepoint", true, 0, "tracepoint"),
        new("reset_secondary_bus", "pci_reset_secondary_bus", "fentry", true, 0, "fentry"),
        new("reset_pm", "pci_pm_reset", null, false, null, "this kernel has no function pci_pm_reset (inlined or renamed)"),
        new("signal", "signal_generate", "tracepoint", true, 0, "tracepoint"),
        new("reaped", "release_task", "kprobe", true, 0, "kprobe"),
        new("kvm_vm", "kvm_vm_release", null, false, null, "waiting for module kvm to be loaded", "kvm"),
    ];

    // What was known beside the events.
    private static readonly Dictionary<string, Fact[]> Facts = new()
    {
        ["victim"] = [new ProcessIdentity(300, "gpu-a")],
        ["reset-chain"] =
        [
            Device("0000:01:00.0", ["flr", "bus"]), Device("0000:02:00.0", ["pm", "bus"]), Device("0000:03:00.0", ["flr", "bus"]),
            Device("0000:04:00.0", []), Device("0000:06:00.0", ["bus", "pm"]),
        ],
        ["user-resets"] =
        [
            new ProcessIdentity(100, "web"),
            Device("0000:01:00.0", ["bus"]) with { DevSetMates = ["0000:01:00.1"] }, Device("0000:01:00.1", ["bus"]) with { DevSetMates = ["0000:01:00.0"] },
            Device("0000:02:00.0", ["flr", "bus"]), Device("0000:03:00.0", ["flr"]),
            new ResetDamage("0000:01:00.1", "hot_reset", 100, "qemu", 3_110_000_000, new DeviceLink(16, 16), new DeviceLink(16, 8)),
            new ResetDamage("0000:02:00.0", "release", 200, "qemu-b", 14_120_000_000),
            new KernelStack(3, ["mutex_lock+0x5", "vfio_pci_core_ioctl+0x3ce [vfio_pci_core]", "vfio_device_fops_unl_ioctl+0x9c [vfio]"]),
        ],
        ["vf-convoy"] = [Vf("0000:05:00.1"), Vf("0000:05:00.2"), Vf("0000:05:00.3"), Vf("0000:06:00.1"), Vf("0000:06:00.2")],
        ["whole-teardown"] =
        [
            new ProcessIdentity(100, "training-7"),
            Device("0000:01:00.0", ["bus", "flr"]), Device("0000:02:00.0", ["bus"]), Device("0000:03:00.0", ["flr", "bus"]),
            new DeviceStillHeld("0000:04:00.0", [new DeviceHolder(900, "nvidia-smi", Certain: true)]),
            new KernelStack(7, ["__pci_reset_bus+0x65", "vfio_pci_core_disable+0x376 [vfio_pci_core]", "vfio_device_fops_release+0x21 [vfio]"]),
            new KernelStack(9, ["__fput+0xe3", "task_work_run+0x59", "do_exit+0x32d", "do_group_exit+0x30"]),
        ],
    };

    private static DeviceIdentity Device(string bdf, string[] resetMethods) => new(
        bdf, "10de", "2330", "NVIDIA Corporation", "GH100 [H100 SXM5 80GB]", "030200", 14, "vfio-pci", resetMethods, []);

    private static DeviceIdentity Vf(string bdf) => new(
        bdf, "8086", "154c", "Intel Corporation", "Ethernet Virtual Function 700 Series", "020000", 21, "vfio-pci", ["flr"], [], $"{bdf[..^1]}0");

    private static RecordedCapture Read(string name, Action<RecordingWriter> atTheEnd)
    {
        using var file = new MemoryStream();
        using var writer = new RecordingWriter(file);
        writer.Begin(new CaptureInfo(WireEvent.Format, "6.12.0", "host", Start, 0, Probes));
        writer.Events(EventText.Records(File.ReadAllText(Golden.Beside($"Cases/{name}.events"))));
        foreach (Fact fact in Facts.GetValueOrDefault(name, []))
            writer.Fact(fact);
        writer.Flush();
        atTheEnd(writer);
        file.Position = 0;
        return RecordedCapture.Read(RecordingReader.Open(file));
    }
}
