using System.Globalization;
using System.Text;
using Profiler.Tests.Support;

namespace Profiler.Metrics.Tests;

/// <summary>20 ms to 2 s, one after another, of one process; deterministic, and not evenly spread.</summary>
internal static class HundredReleases
{
    public static readonly StagedCapture Capture = new(Events());

    private static string Events()
    {
        var events = new StringBuilder();
        double now = 1;
        for (int i = 0; i < 100; i++)
        {
            double length = 0.02 + 1.98 * (i * 37 % 100 / 99.0) * (i * 37 % 100 / 99.0);
            events.Append(CultureInfo.InvariantCulture, $"{now:0.000000000} 100/100 qemu release begin 0000:01:00.{i % 8} lock a exiting\n");
            now += length;
            events.Append(CultureInfo.InvariantCulture, $"{now:0.000000000} 100/100 qemu release end\n");
        }
        events.Append(CultureInfo.InvariantCulture, $"{now + 0.1:0.000000000} 100/100 qemu gone\n");
        return events.ToString();
    }
}
