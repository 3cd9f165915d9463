using Profiler.Core.Shutdowns;
using Profiler.Core.Spans;
using static Profiler.Core.Findings.Words;

namespace Profiler.Core.Findings;

/// <summary>A shutdown by signal, in libvirt's terms.</summary>
internal static class LibvirtFindings
{
    public static Finding? For(Shutdown shutdown)
    {
        if (shutdown.Trigger is not (Trigger.SigTerm or Trigger.SigKill) || !shutdown.Gone || shutdown.Releases.IsEmpty)
            return null;
        int devices = shutdown.Releases.Length;
        long wall = shutdown.Time.DurationNs;
        long sigkill = (long)LibvirtLimits.Sigkill.TotalNanoseconds, failure = (long)LibvirtLimits.Failure(devices).TotalNanoseconds;
        string where = wall >= failure
            ? $"{Seconds(wall)} from {shutdown.Trigger.Name()} to its end are past the {Seconds(failure)} after which libvirt gives up with " +
                $"{Count(devices, "device")}"
            : wall >= sigkill
            ? $"{Seconds(wall)} from {shutdown.Trigger.Name()} to its end are past libvirt's SIGKILL at {Seconds(sigkill)}, and {Seconds(failure - wall)} " +
                $"short of the {Seconds(failure)} after which it gives up with {Count(devices, "device")}"
            : $"{Seconds(wall)} from {shutdown.Trigger.Name()} to its end are {Seconds(sigkill - wall)} short of libvirt's SIGKILL at {Seconds(sigkill)}";
        return new Finding("libvirt_limits", wall >= sigkill ? Severity.Warning : Severity.Info, where, Projection(shutdown, devices));
    }

    // One after another, each device adds as much as the last one did; side by side nobody can say.
    private static string? Projection(Shutdown shutdown, int devices)
    {
        if (shutdown.PeakConcurrency > 1)
            return null;
        double each = Interval.UnionNs(shutdown.Releases.Select(r => r.Time)) / (double)devices;
        double rest = shutdown.Time.DurationNs - each * devices;
        string? sigkill = Crossing(LibvirtLimits.Sigkill.TotalNanoseconds - rest, each);
        string? failure = Crossing(LibvirtLimits.Failure(0).TotalNanoseconds - rest, each - LibvirtLimits.PerDevice.TotalNanoseconds);
        return $"at {Seconds((long)each)} for each device, this host reaches SIGKILL {sigkill ?? "with none"}, and " +
            (failure is null
                ? $"never the failure: libvirt allows {Seconds((long)LibvirtLimits.PerDevice.TotalNanoseconds)} for each"
                : $"the failure {failure}");
    }

    private static string? Crossing(double leftNs, double eachNs) =>
        leftNs <= 0 ? "with any number of devices" : eachNs <= 0 ? null : $"with {Count((int)Math.Ceiling(leftNs / eachNs), "device")}";
}
