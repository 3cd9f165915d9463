namespace Profiler.Bpf.Kernel;

/// <summary>Files of debugfs on this host: of the existing mount, or of a private mount.</summary>
internal static class Debugfs
{
    private static readonly Lazy<string?> Private = new(() => PrivateMount.Of("debugfs"));

    /// <summary>Path of a file; null if it does not exist or debugfs is not available.</summary>
    /// <param name="name">Relative to the root: "kprobes/enabled".</param>
    public static string? Find(string name)
    {
        string mounted = Path.Combine("/sys/kernel/debug", name);
        return File.Exists(mounted) ? mounted
            : Private.Value is { } mount && File.Exists(Path.Combine(mount, name)) ? Path.Combine(mount, name)
            : null;
    }
}
