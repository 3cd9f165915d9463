namespace Profiler.Bpf.Kernel;

/// <summary>Where tracefs can be written to on this machine: where it is mounted, or else a mount of our own.</summary>
internal static class Tracefs
{
    private const string Probe = "kprobe_events";

    private static readonly string[] MountPoints = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

    private static readonly Lazy<string?> Found = new(Find);

    /// <summary>Its root; null if there is none to be had that can be written to.</summary>
    public static string? Root => Found.Value;

    private static string? Find() =>
        MountPoints.FirstOrDefault(IsWritable) ?? (PrivateMount.Of("tracefs") is { } mount && IsWritable(mount) ? mount : null);

    // It may be mounted read-only, or be readable only in a container.
    private static bool IsWritable(string root)
    {
        try
        {
            // Opening it for writing alone would remove all probes there are: O_TRUNC means that here, and O_APPEND does not.
            using var file = new FileStream(Path.Combine(root, Probe), FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 0);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
