namespace Profiler.Host.Vms;

/// <summary>The service or scope of systemd in which a process runs, from its cgroup.</summary>
internal static class SystemdUnit
{
    /// <summary>Its name, such as "gpu-worker.service"; null for a login session or if there is none.</summary>
    /// <param name="cgroups">See <see cref="CgroupPaths.In"/>.</param>
    public static string? NameIn(string cgroups) => CgroupPaths.In(cgroups)
        .Select(directories => directories.LastOrDefault(IsUnit))
        .FirstOrDefault(unit => unit is not null) is { } name ? CgroupPaths.Unescape(name) : null;

    // A user's manager and sessions tell who started it, not what it is.
    private static bool IsUnit(string directory) =>
        directory.EndsWith(".service", StringComparison.Ordinal) && !directory.StartsWith("user@", StringComparison.Ordinal) ||
        directory.EndsWith(".scope", StringComparison.Ordinal) && directory != "init.scope" &&
        !directory.StartsWith("session-", StringComparison.Ordinal);
}
