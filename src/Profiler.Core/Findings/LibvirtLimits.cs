namespace Profiler.Core.Findings;

/// <summary>
/// The limits that libvirt sets when it ends a domain by force:
/// virProcessKillPainfullyDelay (src/util/virprocess.c) and its caller in the QEMU driver.
/// </summary>
public static class LibvirtLimits
{
    /// <summary>From SIGTERM to SIGKILL.</summary>
    public static readonly TimeSpan Sigkill = TimeSpan.FromSeconds(10);

    /// <summary>From SIGKILL until it gives up, devices not counted: "Failed to terminate process … with SIGKILL".</summary>
    public static readonly TimeSpan AfterSigkill = TimeSpan.FromSeconds(30);

    /// <summary>What each assigned device adds to that, "to be safe".</summary>
    public static readonly TimeSpan PerDevice = TimeSpan.FromSeconds(2);

    /// <summary>From SIGTERM until it gives up.</summary>
    public static TimeSpan Failure(int devices) => Failure(Sigkill, devices);

    /// <summary>The same where SIGKILL came at another time, or first: then that is zero.</summary>
    public static TimeSpan Failure(TimeSpan sigkill, int devices) => sigkill + AfterSigkill + PerDevice * devices;
}
