using Profiler.Cli.Release.Vfio;
using Profiler.Cli.Usage;
using Profiler.Host.Pci;

namespace Profiler.Cli.Release;

/// <summary>The times of one release, or of opening the devices, as text.</summary>
internal static class ReleaseTable
{
    private const int SecondsWidth = 9;

    public static void Write(TextWriter output, ReleaseMode mode, IReadOnlyList<PciAddress> devices, ReleaseTimes times)
    {
        Write(output, devices, times.Devices, [("total", times.Total, $"{Count(devices)}, mode {EnumNames.Of(mode)}")]);
        if (times.Devices is null)
        {
            output.WriteLine(
                "The kernel closes the devices while the process exits: use 'vfioscope record' to see each of them.");
        }
    }

    /// <summary>The times of <c>--open-only</c>.</summary>
    public static void Write(TextWriter output, IReadOnlyList<PciAddress> devices, OpenTimes times) => Write(
        output, devices, times.Devices,
        [
            .. times.Memory is { } memory ? [("memory", memory, "allocated, pinned and mapped")] : Array.Empty<(string, TimeSpan, string)>(),
            ("total", times.Total, $"{Count(devices)} opened"),
        ]);

    private static void Write(
        TextWriter output, IReadOnlyList<PciAddress> devices, IReadOnlyList<TimeSpan>? times, IEnumerable<(string What, TimeSpan Time, string Note)> rest)
    {
        int width = devices.Max(device => device.ToString().Length);
        output.WriteLine($"{"DEVICE".PadRight(width)}{"SECONDS",SecondsWidth}");
        foreach ((PciAddress device, TimeSpan time) in devices.Zip(times ?? []))
            output.WriteLine($"{device.ToString().PadRight(width)}{Seconds(time)}");
        foreach ((string what, TimeSpan time, string note) in rest)
            output.WriteLine($"{what.PadRight(width)}{Seconds(time)}   {note}");
    }

    private static string Count(IReadOnlyList<PciAddress> devices) => devices.Count == 1 ? "1 device" : $"{devices.Count} devices";

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds.ToString("F3"),SecondsWidth}";
}
