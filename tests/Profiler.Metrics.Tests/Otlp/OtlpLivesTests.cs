using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Wire;
using Profiler.Metrics.Logging;
using Profiler.Metrics.Otlp;
using Profiler.Metrics.Otlp.Targets;
using Profiler.Tests.Support;

namespace Profiler.Metrics.Tests.Otlp;

/// <summary>
/// Events in, traces and log records out, as a receiver has them: the cases of the report, each as NAME.txt in Lives/, to be read.
/// </summary>
public sealed class OtlpLivesTests
{
    private static readonly ulong Epoch = (ulong)new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1_000_000;

    private static readonly Dictionary<string, Fact[]> Facts = new()
    {
        ["victim"] = [new ProcessIdentity(300, "gpu-a", VmManagers.KubeVirt, "team-1", "virt-launcher-gpu-a")],
        ["whole-teardown"] =
        [
            new ProcessIdentity(100, "training-7"), Device("0000:01:00.0"),
            new DeviceStillHeld("0000:04:00.0", [new DeviceHolder(900, "nvidia-smi", Certain: true)]),
        ],
    };

    [Theory]
    [InlineData("victim")] // a start waits for another VM's release, whose shutdown is not over yet
    [InlineData("vm-start")]
    [InlineData("whole-teardown")]
    [InlineData("lock-convoy")]
    [InlineData("reset-chain")]
    [InlineData("rw-semaphores")]
    public async Task As_expected(string name)
    {
        string events = File.ReadAllText(Path.Combine(Golden.Repository, $"tests/Profiler.Report.Tests/Cases/{name}.events"));
        await using var receiver = new OtlpReceiver();
        await Push(new StagedCapture(events) { OtherFacts = Facts.GetValueOrDefault(name, []) }, receiver);
        Golden.Equal(Golden.Beside($"Lives/{name}.txt"), new OtlpText(Epoch, receiver.Spans, receiver.Logs).Render());
    }

    [Fact]
    public async Task What_was_not_over_and_what_was_lost_is_said()
    {
        await using var receiver = new OtlpReceiver();
        await Push(new StagedCapture(StagedEvents.ShutdownInFlight) { Lost = new Dictionary<EventKind, long> { [EventKind.Reset] = 3 } }, receiver, allAtEnd: true);
        Golden.Equal(Golden.Beside("Lives/in-flight.txt"), new OtlpText(Epoch, receiver.Spans, receiver.Logs).Render());
        OtlpSpan root = Assert.Single(receiver.Spans, s => s.Attributes.GetValueOrDefault("vfio.life.complete") == "false");
        Assert.Equal(("shutdown", "true"), (root.Name, root.Attributes["vfio.life.unfinished"]));
        Assert.Contains("events_lost", root.Attributes["vfio.capture.problems"], StringComparison.Ordinal);
    }

    /// <summary>A crowd at one lock: no trace, and no span of one, is larger than receivers take.</summary>
    [Fact]
    public async Task A_crowd_fits()
    {
        const int Devices = 1024;
        var events = new System.Text.StringBuilder("0.5 50/50 virsh signal 15 to 100/100 qemu\n");
        for (int i = 0; i < Devices; i++)
            events.Append(System.Globalization.CultureInfo.InvariantCulture, $"1.{i:0000} 100/{101 + i} qemu release begin 0000:{i / 8 + 1:x2}:{i % 8:00}.0 lock a\n");
        for (int i = 1; i < Devices; i++)
            events.Append(System.Globalization.CultureInfo.InvariantCulture, $"2.{i:0000} 100/{101 + i} qemu wait begin devset lock a holder 100/101 qemu\n");
        for (int i = 0; i < Devices; i++)
        {
            if (i > 0)
                events.Append(System.Globalization.CultureInfo.InvariantCulture, $"{3 + i}.0 100/{101 + i} qemu wait end lock a\n");
            events.Append(System.Globalization.CultureInfo.InvariantCulture, $"{3 + i}.5 100/{101 + i} qemu release end\n");
        }
        events.Append("2000 100/100 qemu gone\n");
        await using var receiver = new OtlpReceiver();
        await Push(new StagedCapture(events.ToString()), receiver);
        Assert.Equal(2 * Devices, receiver.Spans.Count); // the first one does not wait
        Assert.All(receiver.Spans, s => Assert.InRange(s.Links.Count, 0, 16));
        OtlpSpan last = receiver.Spans.Single(s => s.Links.Count > 0 && s.DroppedLinks == Devices - 1 - 16);
        Assert.All(last.Links, l => Assert.Contains(receiver.Spans, s => (s.Trace, s.Id) == (l.Trace, l.Span)));
        Assert.All(receiver.Sizes, size => Assert.InRange(size, 1, 2 << 20));
    }

    /// <summary>A recording has the same ids each time: what is sent twice is the same twice.</summary>
    [Fact]
    public async Task Ids_are_those_of_the_capture()
    {
        await using OtlpReceiver once = new(), again = new();
        var capture = new StagedCapture(StagedEvents.Busy);
        await Push(capture, once);
        await Push(capture, again);
        Assert.NotEmpty(once.Spans);
        Assert.Equal(once.Spans.Select(s => (s.Trace, s.Id)), again.Spans.Select(s => (s.Trace, s.Id)));
        Assert.Equal(once.Spans.Count, once.Spans.Select(s => s.Id).Distinct().Count());
    }

    [Theory]
    [InlineData("a \"quoted\" one\u0001\u001b[31m")]
    [InlineData("} 17\n\0evil")]
    [InlineData("half \ud83d of a pair")]
    [InlineData("")]
    public async Task Whatever_a_VM_is_called_it_is_a_text(string name)
    {
        await using var receiver = new OtlpReceiver();
        await Push(StagedEvents.Shutdowns(1) with { VmNames = new Dictionary<int, string> { [100] = name } }, receiver);
        OtlpSpan root = Assert.Single(receiver.Spans, s => s.Parent.Length == 0);
        Assert.All(root.Attributes["vfio.vm.name"], c => Assert.False(char.IsControl(c)));
        Assert.NotEmpty(receiver.Logs);
    }

    private static DeviceIdentity Device(string bdf) => new(
        bdf, "10de", "2330", "NVIDIA Corporation", "GH100 [H100 SXM5 80GB]", "030200", 14, "vfio-pci", ["flr", "bus"], []);

    // What is sent earlier does not know what is lost later.
    private static async Task Push(StagedCapture capture, OtlpReceiver receiver, bool allAtEnd = false)
    {
        var source = new MetricsSource(Scrape.Limits, TimeProvider.System, "1.2.3");
        var events = new ReplaySource(new MemoryStream(capture.Recording()), 1e6, TimeProvider.System);
        using var profile = new Profile(events, TimeProvider.System, source.SinkOf);
        var targets = new OtlpTargets(
            null, new OtlpTarget(new Uri(receiver.Url + "/v1/traces"), Grpc: false, TimeSpan.FromMilliseconds(1)),
            new OtlpTarget(new Uri(receiver.Url + "/v1/logs"), Grpc: false, TimeSpan.FromMilliseconds(1)));
        await using var lives = new OtlpLives(
            targets, profile, source, TimeProvider.System, new Log(TextWriter.Null, LogLevel.Error, LogFormat.Text, TimeProvider.System));
        if (allAtEnd)
            lives.ProfileStops();
        profile.Start();
        await profile.Completion;
        lives.ProfileStops();
        await profile.Stop();
        await lives.Flush(TimeSpan.FromMinutes(5)); // a busy machine is not what is tested
    }
}
