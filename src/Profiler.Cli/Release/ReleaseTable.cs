using Profiler.Cli.Usage;
using Profiler.Host.Pci;

namespace Profiler.Cli.Release;

/// <summary>The times of one release, as text.</summary>
internal static class ReleaseTable
{
    private const int SecondsWidth = 9;

    public static void Write(TextWriter output, ReleaseMode mode, IReadOnlyList<PciAddress> devices, ReleaseTimes times)
    {
        int width = devices.Max(device => device.ToString().Length);
        output.WriteLine($"{"DEVICE".PadRight(width)}{"SECONDS",SecondsWidth}");
        if (times.Devices is not null)
        {
            foreach ((PciAddress device, TimeSpan time) in devices.Zip(times.Devices))
                output.WriteLine($"{device.ToString().PadRight(width)}{Seconds(time)}");
        }
        string count = devices.Count == 1 ? "1 device" : $"{devices.Count} devices";
        output.WriteLine($"{"total".PadRight(width)}{Seconds(times.Total)}   {count}, mode {EnumNames.Of(mode)}");
        if (times.Devices is null)
        {
            output.WriteLine(
                "The kernel closes the devices while the process exits: use 'vfioscope record' to see each of them.");
        }
    }

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds.ToString("F3"),SecondsWidth}";
}
