using System.Globalization;

namespace Profiler.Host.Live;

/// <summary>The CPUs of the host. Those that this process may use can be fewer: <see cref="Environment.ProcessorCount"/> counts these.</summary>
internal static class OnlineCpus
{
    /// <summary>How many are online; null if sysfs does not tell.</summary>
    public static int? Count()
    {
        try
        {
            return Of(File.ReadAllText("/sys/devices/system/cpu/online"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>How many a list has, in the kernel's form: "0-3,8"; null if it is none.</summary>
    internal static int? Of(string list)
    {
        int count = 0;
        foreach (string range in list.Trim().Split(','))
        {
            string[] ends = range.Split('-');
            if (ends.Length > 2 || !int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first) ||
                !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int last) || last < first)
                return null;
            count += last - first + 1;
        }
        return count;
    }
}
