using System.Collections.Immutable;

namespace Profiler.Bpf.Kernel;

/// <summary>
/// The switches by which an administrator, or another tracer, turns off all that is attached to functions, without those who
/// attached it being told.
/// </summary>
internal sealed class TracingSwitches
{
    /// <summary>Off: kprobes and fentry at the begin of functions see nothing, in silence.</summary>
    public const string Ftrace = "kernel.ftrace_enabled";

    /// <summary>Off: kprobes see nothing, in silence.</summary>
    public const string Kprobes = "kprobes/enabled";

    private readonly (string Name, string Path, bool KprobesOnly)[] _switches;
    private readonly SortedSet<string> _seenOff = new(StringComparer.Ordinal);

    /// <param name="ftrace">The file of the one.</param>
    /// <param name="kprobes">The file of the other; null if it cannot be reached.</param>
    public TracingSwitches(string ftrace, string? kprobes) => _switches =
    [
        (Ftrace, ftrace, false),
        .. kprobes is null ? Array.Empty<(string, string, bool)>() : [(Kprobes, kprobes, true)],
    ];

    /// <summary>This machine's.</summary>
    public static TracingSwitches OfThisMachine() => new("/proc/sys/kernel/ftrace_enabled", KprobesFile.Value);

    /// <summary>Where kprobes are switched on and off; null if debugfs is not to be had.</summary>
    public static string? KprobesPath => KprobesFile.Value;

    /// <summary>Those that were off at any look, by name.</summary>
    public ImmutableArray<string> SeenOff
    {
        get
        {
            lock (_seenOff)
                return [.. _seenOff];
        }
    }

    /// <summary>Looks once.</summary>
    /// <param name="kprobes">Something is attached by kprobe.</param>
    /// <param name="functions">Something is attached to a function, in whatever way.</param>
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

    /// <summary>Does this file say 0? One that is not there cannot have been used.</summary>
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

    private static readonly Lazy<string?> KprobesFile = new(() =>
    {
        const string inDebugfs = "kprobes/enabled";
        string mounted = Path.Combine("/sys/kernel/debug", inDebugfs);
        return File.Exists(mounted) ? mounted
            : PrivateMount.Of("debugfs") is { } mount && File.Exists(Path.Combine(mount, inDebugfs)) ? Path.Combine(mount, inDebugfs)
            : null;
    });
}
