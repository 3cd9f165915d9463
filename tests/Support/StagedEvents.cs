using System.Globalization;
using System.Text;

namespace Profiler.Tests.Support;

/// <summary>Events shared by tests of several projects.</summary>
internal static class StagedEvents
{
    /// <summary>A shutdown in progress: some devices released, one in release, others pending.</summary>
    public static string ShutdownInFlight => Read("shutdown-in-flight");

    /// <summary>Ended releases and releases in progress, with everything that a metric exports.</summary>
    public static string Busy => Read("busy");

    /// <summary>VMs with four devices each that shut down one after another, 17.2 s each.</summary>
    public static StagedCapture Shutdowns(int count)
    {
        var events = new StringBuilder();
        for (int vm = 0; vm < count; vm++)
        {
            double start = 1 + vm * 20;
            string who = $"{100 + vm}/{100 + vm} qemu";
            events.Append(CultureInfo.InvariantCulture, $"{start:0.000} 1/1 virsh signal 15 to {who}\n");
            for (int device = 0; device < 4; device++)
            {
                double begin = start + 0.2 + device * 4.2;
                events.Append(CultureInfo.InvariantCulture, $"{begin:0.000} {who} release begin 0000:{device + 1:00}:00.0 lock {device + 1} exiting\n")
                    .Append(CultureInfo.InvariantCulture, $"{begin + 4.2:0.000} {who} release end\n");
            }
            events.Append(CultureInfo.InvariantCulture, $"{start + 17.2:0.000} {who} gone\n");
        }
        return new StagedCapture(events.ToString()) { VmNames = Enumerable.Range(0, count).ToDictionary(vm => 100 + vm, vm => $"gpu-{vm}") };
    }

    private static string Read(string name) => File.ReadAllText(Golden.Beside($"Events/{name}.events"));
}
