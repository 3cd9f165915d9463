using System.Globalization;
using System.Text;

namespace Profiler.Host.Vms;

/// <summary>The directories of a process's cgroups, from <c>/proc/PID/cgroup</c> (cgroups(7)).</summary>
internal static class CgroupPaths
{
    /// <summary>For each hierarchy, its directories from the outermost on.</summary>
    /// <param name="cgroups">Lines of <c>hierarchy:controllers:path</c>.</param>
    public static IEnumerable<string[]> In(string cgroups) => cgroups
        .Split('\n')
        .Select(line => line.Split(':', 3))
        .Where(fields => fields.Length == 3)
        .Select(fields => fields[2].Split('/', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Undoes systemd's escapes: \x2d is a byte; more than one of them may be a character (systemd-escape(1)).</summary>
    public static string Unescape(string text)
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
