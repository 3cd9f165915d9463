namespace Profiler.Bpf.Kernel;

/// <summary>Finds a writable tracefs on this host: the existing mount, or a private mount.</summary>
internal static class Tracefs
{
    private const string Probe = "kprobe_events";

    private static readonly string[] MountPoints = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

    private static readonly Lock Gate = new();
    private static string? s_found;
    private static bool s_looked;

    /// <summary>
    /// Its root; null if no writable tracefs was available when it was asked for first. Another one than before if that was unmounted meanwhile.
    /// </summary>
    public static string? Root
    {
        get
        {
            lock (Gate)
            {
                if (!s_looked || (s_found is { } root && !IsWritable(root)))
                    (s_found, s_looked) = (Find() ?? s_found, true);
                return s_found;
            }
        }
    }

    private static string? Find() =>
        MountPoints.FirstOrDefault(IsWritable) ?? (PrivateMount.Of("tracefs") is { } mount && IsWritable(mount) ? mount : null);

    // It may be mounted read-only, or be read-only in a container.
    private static bool IsWritable(string root)
    {
        try
        {
            // Append mode is required: opening only for writing implies O_TRUNC, which removes all existing probes.
            using var file = new FileStream(Path.Combine(root, Probe), FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 0);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
