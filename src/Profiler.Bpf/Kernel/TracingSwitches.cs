using System.Collections.Immutable;

namespace Profiler.Bpf.Kernel;

/// <summary>
/// Global switches that disable probes on functions. An administrator or another tracer can use them, and the attached programs
/// get no notification.
/// </summary>
internal sealed class TracingSwitches
{
    /// <summary>If off, kprobes and fentry at function entry do not fire, without an error.</summary>
    public const string Ftrace = "kernel.ftrace_enabled";

    /// <summary>If off, kprobes do not fire, without an error.</summary>
    public const string Kprobes = "kprobes/enabled";

    private readonly (string Name, string Path, bool KprobesOnly)[] _switches;
    private readonly SortedSet<string> _seenOff = new(StringComparer.Ordinal);

    /// <param name="ftrace">File of the ftrace switch.</param>
    /// <param name="kprobes">File of the kprobes switch; null if not accessible.</param>
    public TracingSwitches(string ftrace, string? kprobes) => _switches =
    [
        (Ftrace, ftrace, false),
        .. kprobes is null ? Array.Empty<(string, string, bool)>() : [(Kprobes, kprobes, true)],
    ];

    /// <summary>The switches of this host.</summary>
    public static TracingSwitches OfThisMachine() => new("/proc/sys/kernel/ftrace_enabled", KprobesPath);

    /// <summary>File that enables and disables kprobes; null if debugfs is not available.</summary>
    public static string? KprobesPath => Debugfs.Find(Kprobes);

    /// <summary>Names of the switches that were off at any check.</summary>
    public ImmutableArray<string> SeenOff
    {
        get
        {
            lock (_seenOff)
                return [.. _seenOff];
        }
    }

    /// <summary>Checks the switches once.</summary>
    /// <param name="kprobes">At least one probe is attached by kprobe.</param>
    /// <param name="functions">At least one probe is attached to a function, by any method.</param>
    public void Look(bool kprobes, bool functions)
    {
        foreach ((string name, string path, bool kprobesOnly) in _switches)
        {
            if ((kprobesOnly ? kprobes : functions) && IsOff(path))
            {
                lock (_seenOff)
                    _seenOff.Add(name);
            }
        }
    }

    /// <summary>Whether this file contains 0. A missing file means that the switch was not used.</summary>
    public static bool IsOff(string path)
    {
        try
        {
            return File.ReadAllText(path).StartsWith('0');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
