namespace Profiler.Core.Findings;

/// <summary>
/// libvirt's time limits for ending a domain:
/// virProcessKillPainfullyDelay (src/util/virprocess.c) and its caller in the QEMU driver.
/// </summary>
public static class LibvirtLimits
{
    /// <summary>From SIGTERM to SIGKILL.</summary>
    public static readonly TimeSpan Sigkill = TimeSpan.FromSeconds(10);

    /// <summary>From SIGKILL until it gives up, without devices: "Failed to terminate process … with SIGKILL".</summary>
    public static readonly TimeSpan AfterSigkill = TimeSpan.FromSeconds(30);

    /// <summary>Added for each assigned device.</summary>
    public static readonly TimeSpan PerDevice = TimeSpan.FromSeconds(2);

    /// <summary>From SIGTERM until it gives up.</summary>
    public static TimeSpan Failure(int devices) => Failure(Sigkill, devices);

    /// <summary>From the first signal until it gives up, with SIGKILL at another time; zero if SIGKILL was first.</summary>
    public static TimeSpan Failure(TimeSpan sigkill, int devices) => sigkill + AfterSigkill + PerDevice * devices;
}
