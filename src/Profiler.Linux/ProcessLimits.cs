using System.Globalization;

namespace Profiler.Linux;

/// <summary>The soft limits of this process: proc_pid_limits(5).</summary>
public static class ProcessLimits
{
    /// <summary>A limit, in the unit of its line; null if there is none.</summary>
    /// <param name="name">Begin of its line: "Max open files".</param>
    public static long? Soft(string name) => Soft(name, File.ReadLines("/proc/self/limits"));

    // "Max open files            1024                 524288               files": the soft limit is first.
    internal static long? Soft(string name, IEnumerable<string> lines) => lines
        .Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Select(line => line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0])
        .Select(soft => long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) ? limit : (long?)null)
        .FirstOrDefault();
}
