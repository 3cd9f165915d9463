namespace Profiler.Host.Vms;

/// <summary>
/// The name of a VM from the cgroup that libvirt made for it. libvirt removes characters that are not allowed there, and cuts the name
/// after 64 characters.
/// </summary>
internal static class MachineCgroup
{
    // With systemd a scope, else a directory (libvirt: virSystemdMakeScopeName, virCgroupNewMachineManual).
    private const string ScopeStart = "machine-qemu\\x2d", ScopeEnd = ".scope";
    private const string DirectoryStart = "qemu-", DirectoryEnd = ".libvirt-qemu";

    /// <summary>The name; null if the process is in no cgroup of a VM.</summary>
    /// <param name="cgroups">See <see cref="CgroupPaths.In"/>.</param>
    public static string? NameIn(string cgroups) => CgroupPaths.In(cgroups)
        .SelectMany(directories => directories)
        .Select(NameOf)
        .FirstOrDefault(name => name is not null);

    // "qemu-3-my-vm": libvirt's number changes with each start.
    private static string? NameOf(string directory) =>
        Between(directory, ScopeStart, ScopeEnd) is { } scope ? AfterNumber(CgroupPaths.Unescape(scope))
        : Between(directory, DirectoryStart, DirectoryEnd) is { } machine ? AfterNumber(machine)
        : null;

    private static string? Between(string text, string start, string end) =>
        text.Length > start.Length + end.Length &&
        text.StartsWith(start, StringComparison.Ordinal) && text.EndsWith(end, StringComparison.Ordinal)
            ? text[start.Length..^end.Length]
            : null;

    private static string? AfterNumber(string text)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && dash + 1 < text.Length && text[..dash].All(char.IsAsciiDigit) ? text[(dash + 1)..] : null;
    }
}
