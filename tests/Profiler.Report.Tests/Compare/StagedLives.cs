using System.Globalization;
using System.Text;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Recording;
using Profiler.Core.Wire;
using Profiler.Report.Compare;
using Profiler.Tests.Support;

namespace Profiler.Report.Tests.Compare;

/// <summary>
/// A recording of VMs that open two devices each and are ended by SIGTERM, one after another; each device is reset when it is released.
/// </summary>
/// <param name="File">Its name.</param>
/// <param name="ResetSeconds">Of each VM, how long a reset takes.</param>
internal sealed record StagedLives(string File, params double[] ResetSeconds)
{
    private static readonly string[] Devices = ["0000:01:00.0", "0000:02:00.0"];

    public string Kernel { get; init; } = "6.1.0-56-amd64";

    public string Start { get; init; } = "2026-11-22T08:00:00Z";

    /// <summary>The methods that sysfs names; the first is used.</summary>
    public string[] Methods { get; init; } = ["bus"];

    /// <summary>Kind of the probes' attachment.</summary>
    public string Attach { get; init; } = "kprobe";

    public string Model { get; init; } = "GH100 [H100 SXM5 80GB]";

    /// <summary>Reset events that were lost.</summary>
    public long Lost { get; init; }

    /// <summary>A VM was being shut down when the capture began.</summary>
    public bool AttachedLate { get; init; }

    public ReportDocument Report()
    {
        var staged = new StagedCapture(Events())
        {
            Lost = new Dictionary<EventKind, long> { [EventKind.Reset] = Lost },
            Probes =
            [
                new("release", "vfio_device_fops_release", Attach, true, 0, "", Required: true),
                new("reset", "pci_reset_function", Attach, true, 0, "", Required: true),
                new("lock", "contention_begin", "tracepoint", true, 0, "", Required: true),
                new("signal", "signal_generate", "tracepoint", true, 0, ""),
                new("reaped", "release_task", "kprobe", true, 0, ""),
            ],
            OtherFacts =
            [
                .. Devices.Select(bdf => new DeviceIdentity(bdf, "10de", "2330", "NVIDIA Corporation", Model, "030200", 14, "vfio-pci", Methods, [])),
                .. AttachedLate ? new Fact[] { new ProcessAtStart(99, "qemu-kvm", ["0000:03:00.0"], Exiting: true) } : [],
            ],
        };
        ReportDocument report = ReportBuilder.Build(
            RecordedCapture.Read(RecordingReader.Open(new MemoryStream(staged.Recording()))), ActivityFilter.None);
        return report with
        {
            Host = report.Host with { Kernel = Kernel },
            Capture = report.Capture with { Start = DateTimeOffset.Parse(Start, CultureInfo.InvariantCulture) },
        };
    }

    public ComparedRecording Compared() => ComparedRecording.Of(File, Report(), _ => true);

    private string Events()
    {
        var events = new StringBuilder(AttachedLate
            ? """
                0.0 99/99 qemu-kvm release begin 0000:03:00.0 lock 3 exiting
                0.5 99/99 qemu-kvm release end
                0.6 99/99 qemu-kvm gone
                0.7 1/1 systemd reaped of 99/99 qemu-kvm

                """
            : "");
        double now = 10;
        for (int vm = 0; vm < ResetSeconds.Length; vm++)
        {
            string who = $"{100 + vm}/{100 + vm} qemu-kvm";
            void At(double later, string what) => events.Append(CultureInfo.InvariantCulture, $"{now += later:0.000000} {what}\n");
            foreach (string device in Devices)
            {
                At(0, $"{who} open begin {device} lock {device[5..7]}");
                At(0.020 + 0.001 * vm, $"{who} open end 20");
            }
            At(5, $"1/1 systemd signal 15 to {who}");
            At(0.050 + 0.001 * vm, $"{who} exits");
            foreach (string device in Devices)
            {
                At(0, $"{who} release begin {device} lock {device[5..7]} exiting");
                At(0.001, $"{who} reset begin {Methods[0]} {device}");
                At(ResetSeconds[vm], $"{who} reset end {Methods[0]}");
                At(0.002, $"{who} release end");
            }
            At(0.010, $"{who} gone");
            At(0.005, $"1/1 systemd reaped of {who}");
        }
        return events.ToString();
    }
}
