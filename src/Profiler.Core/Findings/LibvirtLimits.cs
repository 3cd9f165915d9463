namespace Profiler.Core.Findings;

/// <summary>
/// The limits that libvirt sets when it ends a domain by force:
/// virProcessKillPainfullyDelay (src/util/virprocess.c) and its caller in the QEMU driver.
/// </summary>
public static class LibvirtLimits
{
    /// <summary>From SIGTERM to SIGKILL.</summary>
    public static readonly TimeSpan Sigkill = TimeSpan.FromSeconds(10);

    /// <summary>From SIGTERM until it gives up: "Failed to terminate process … with SIGKILL".</summary>
    public static TimeSpan Failure(int devices) => TimeSpan.FromSeconds(40 + PerDevice.TotalSeconds * devices);

    /// <summary>What each assigned device adds to that, "to be safe".</summary>
    public static readonly TimeSpan PerDevice = TimeSpan.FromSeconds(2);
}
