using System.Collections.Immutable;
using System.Globalization;
using Profiler.Bpf.Kernel;

namespace Profiler.Bpf.Session;

/// <summary>
/// Return probes made through tracefs, because only there one can say how many calls may be under way at
/// once. The default is ten or twice the CPUs (on older kernels: the CPUs), and a call beyond that is
/// missed; releases and lock waits sleep for seconds, so there may be as many as there are threads.
/// </summary>
/// <param name="root">Where tracefs is mounted.</param>
internal sealed class ReturnProbeEvents(string root) : IDisposable
{
    private const int AtOnce = 1024; // KRETPROBE_MAXACTIVE_MAX is 4096
    private const string Prefix = "vfioscope_";

    // kprobe_profile names events without their group: so that nobody else's has the same name, they have it, too.
    private static readonly string Ours = $"_{Maker.Self}";

    private readonly string _group = Prefix + Ours[1..];
    private readonly List<string> _made = [];

    /// <summary>This machine's; null if there is no tracefs that can be written to. Removes what others left behind.</summary>
    public static ReturnProbeEvents? Open()
    {
        Leftovers.Remove();
        return Tracefs.Root is { } root ? new ReturnProbeEvents(root) : null;
    }

    /// <summary>Makes a return probe.</summary>
    /// <returns>The tracepoint's id, for perf_event_open; null if the kernel refuses.</returns>
    public ulong? Add(string name, string function)
    {
        try
        {
            Write(root, $"r{AtOnce}:{_group}/{name}{Ours} {function}");
            _made.Add(name);
            return ulong.Parse(File.ReadAllText(Path.Combine(root, "events", _group, name + Ours, "id")), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>How often each probe was missed, by its name; without those of which the kernel does not say it.</summary>
    public IReadOnlyDictionary<string, long> Missed()
    {
        var missed = new Dictionary<string, long>();
        try
        {
            // "  event  hits  misses"
            foreach (string line in File.ReadLines(Path.Combine(root, "kprobe_profile")))
            {
                if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var name, _, var misses] &&
                    name.EndsWith(Ours, StringComparison.Ordinal))
                    missed[name[..^Ours.Length]] = long.Parse(misses, CultureInfo.InvariantCulture);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then it does not say.
        }
        return missed;
    }

    /// <summary>Removes a probe; whatever was attached to it must have been detached.</summary>
    public void Remove(string name)
    {
        if (_made.Remove(name))
            TryRemove(root, $"{_group}/{name}{Ours}");
    }

    public void Dispose()
    {
        foreach (string name in _made.ToArray())
            Remove(name);
    }

    /// <summary>
    /// A vfioscope that was killed could not clean up. Its probes cost nothing, but they are in the way. Those that are in
    /// use the kernel does not let go.
    /// </summary>
    /// <param name="root">Where tracefs is.</param>
    /// <param name="proc">Where procfs is.</param>
    /// <returns>What was removed.</returns>
    public static ImmutableArray<string> RemoveLeftovers(string root, string proc)
    {
        try
        {
            return [.. File.ReadAllLines(Path.Combine(root, "kprobe_events"))
                .Select(NameOf)
                .Where(name => MakerOf(name) is { } maker && !maker.IsAlive(proc) && TryRemove(root, name))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // then they stay
        }
    }

    // "r1024:vfioscope_123_4567/release_123_4567 vfio_device_fops_release"
    private static string NameOf(string line) => line.Split(' ')[0].Split(':')[^1];

    private static Maker? MakerOf(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) ? Maker.Parse(name[Prefix.Length..].Split('/')[0]) : null;

    private static bool TryRemove(string root, string name)
    {
        try
        {
            Write(root, $"-:{name}");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // in use by somebody else, or gone with its module
        }
    }

    private static void Write(string root, string command)
    {
        using var file = new FileStream(Path.Combine(root, "kprobe_events"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 0);
        file.Write(System.Text.Encoding.ASCII.GetBytes(command + "\n"));
    }
}
