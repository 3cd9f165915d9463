using System.Globalization;
using System.Text;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Tests.Support;
using Profiler.Tui.Pages;

namespace Profiler.Tui.Tests.Support;

/// <summary>Hosts with so many devices that it must not be felt.</summary>
internal static class ManyDevices
{
    /// <summary>Devices of a machine.</summary>
    private const int Each = 16;

    /// <summary>What is drawn of a thousand devices, by name: those on their way, and those that are released.</summary>
    public static IEnumerable<(string Name, ProfileState State, ViewState View)> Frames
    {
        get
        {
            ProfileState over = Released(1000).StateAt(2000);
            ProfileState flying = new StagedCapture(string.Concat(Enumerable.Range(0, 1000).Select(i =>
                $"{1 + i * 0.0001:0.0000} 100/{1000 + i} qemu release begin {Address(i)} exiting\n"))).StateAt(2);
            ProfileState starting = new StagedCapture("0.9 100/100 qemu contact vm\n" + string.Concat(Enumerable.Range(0, 1000).Select(i =>
                $"{1 + i * 0.0001:0.0000} 100/{1000 + i} qemu open begin {Address(i)}\n"))).StateAt(2);
            yield return ("in flight", flying, ViewState.First);
            yield return ("starting", starting, ViewState.First);
            yield return ("devices", over, On<DevicesPage>());
            yield return ("filtered", over, On<DevicesPage>() with { Filter = "web-1" });
            yield return ("histograms", over, On<LatencyPage>());
            yield return ("locks", over, On<LocksPage>());
        }
    }

    /// <summary>Devices of machines with 16 each, released in turn, some of them for longer than others.</summary>
    public static StagedCapture Released(int devices)
    {
        var events = new StringBuilder();
        for (int i = 0; i < devices; i++)
        {
            string who = $"{100 + i / Each}/{100 + i / Each} qemu";
            double start = 1 + i, end = start + 0.1 + i * 37 % 100 / 125.0;
            events.Append(CultureInfo.InvariantCulture, $"{start:0.000} {who} release begin {Address(i)} lock {1 + i / 4:x} exiting\n")
                .Append(CultureInfo.InvariantCulture, $"{start + 0.01:0.000} {who} reset begin flr {Address(i)}\n")
                .Append(CultureInfo.InvariantCulture, $"{end - 0.01:0.000} {who} reset end flr\n")
                .Append(CultureInfo.InvariantCulture, $"{end:0.000} {who} release end\n");
            if (i % Each == Each - 1)
                events.Append(CultureInfo.InvariantCulture, $"{end + 0.001:0.000} {who} gone\n");
        }
        return new StagedCapture(events.ToString())
        {
            VmNames = Enumerable.Range(100, (devices + Each - 1) / Each).ToDictionary(pid => pid, pid => $"web-{pid - 99}"),
        };
    }

    /// <summary>The same, with all that is known of the devices.</summary>
    public static StagedCapture Known(int devices) => Released(devices) with
    {
        OtherFacts = Enumerable.Range(0, devices).Select(i => new DeviceIdentity(
            Address(i), "10de", "2330", "NVIDIA Corporation", "GH100 [H100 SXM5 80GB]", "030200", i, "vfio-pci", ["bus"], [])),
    };

    private static ViewState On<TPage>() where TPage : Page => ViewState.First with { PageIndex = PageTable.Of<TPage>() };

    private static string Address(int i) => $"{i / 256:x4}:{i % 256:x2}:00.0";
}
