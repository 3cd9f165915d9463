using System.Globalization;
using System.Text;

namespace Profiler.Host.Vms;

/// <summary>
/// The name of a VM from the cgroup that libvirt made for it, <c>/proc/PID/cgroup</c>. libvirt removes characters that are not
/// allowed there, and cuts the name after 64 characters.
/// </summary>
internal static class MachineCgroup
{
    // With systemd a scope, else a directory (libvirt: virSystemdMakeScopeName, virCgroupNewMachineManual).
    private const string ScopeStart = "machine-qemu\\x2d", ScopeEnd = ".scope";
    private const string DirectoryStart = "qemu-", DirectoryEnd = ".libvirt-qemu";

    /// <summary>The name; null if the process is in no cgroup of a VM.</summary>
    /// <param name="cgroups">Lines of <c>hierarchy:controllers:path</c>.</param>
    public static string? NameIn(string cgroups) => cgroups
        .Split('\n')
        .Select(line => line.Split(':', 3))
        .Where(fields => fields.Length == 3)
        .SelectMany(fields => fields[2].Split('/'))
        .Select(NameOf)
        .FirstOrDefault(name => name is not null);

    // "qemu-3-my-vm": libvirt's number changes with each start.
    private static string? NameOf(string directory) =>
        Between(directory, ScopeStart, ScopeEnd) is { } scope ? AfterNumber(Unescape(scope))
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

    // \x2d is a byte; more than one of them may be a character (systemd-escape(1)).
    private static string Unescape(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text.AsSpan(i) is ['\\', 'x', var high, var low, ..] &&
                byte.TryParse([high, low], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                bytes.Add(value);
                i += 3;
            }
            else
            {
                int length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(i, length)));
                i += length - 1;
            }
        }
        return Encoding.UTF8.GetString([.. bytes]);
    }
}
