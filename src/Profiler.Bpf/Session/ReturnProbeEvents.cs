using System.Collections.Immutable;
using System.Globalization;
using Profiler.Bpf.Kernel;

namespace Profiler.Bpf.Session;

/// <summary>
/// Creates return probes through tracefs, the only interface that can set the number of concurrent calls. The default is the
/// larger of ten and twice the CPUs (on older kernels: the CPUs); calls beyond it are missed. Releases and lock waits sleep for
/// seconds, so one call per thread may be in progress.
/// </summary>
/// <param name="root">Mount point of tracefs; asked for each time, as the administrator may unmount one meanwhile.</param>
internal sealed class ReturnProbeEvents(Func<string> root) : IDisposable
{
    private const int AtOnce = 1024; // KRETPROBE_MAXACTIVE_MAX is 4096
    private const string Prefix = "vfioscope_";

    // kprobe_profile lists events without their group. The suffix makes their names unique.
    private static readonly string Ours = $"_{Maker.Self}";

    private readonly string _group = Prefix + Ours[1..];
    private readonly Lock _gate = new();
    private readonly HashSet<string> _made = [];

    /// <summary>
    /// Opens tracefs of this host; null if no tracefs is writable. Removes probes that a killed vfioscope left behind.
    /// </summary>
    public static ReturnProbeEvents? Open()
    {
        using System.Diagnostics.Activity? step = StartSteps.Begin("leftovers");
        Leftovers.Remove();
        return Tracefs.Root is { } found ? new ReturnProbeEvents(() => Tracefs.Root ?? found) : null;
    }

    /// <summary>Creates a return probe.</summary>
    /// <returns>The tracepoint's id, for perf_event_open; null if the kernel refuses.</returns>
    public ulong? Add(string name, string function)
    {
        try
        {
            string at = root();
            Write(at, $"r{AtOnce}:{_group}/{name}{Ours} {function}");
            lock (_gate)
                _made.Add(name);
            return ulong.Parse(File.ReadAllText(Path.Combine(at, "events", _group, name + Ours, "id")), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Missed runs of each probe, by name; probes that the kernel does not count are omitted.</summary>
    public IReadOnlyDictionary<string, long> Missed()
    {
        var missed = new Dictionary<string, long>();
        try
        {
            // "  event  hits  misses"
            foreach (string line in File.ReadLines(Path.Combine(root(), "kprobe_profile")))
            {
                if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var name, _, var misses] &&
                    name.EndsWith(Ours, StringComparison.Ordinal))
                    missed[name[..^Ours.Length]] = long.Parse(misses, CultureInfo.InvariantCulture);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The counts are then unknown.
        }
        return missed;
    }

    /// <summary>Removes a probe; its programs must be detached before.</summary>
    public void Remove(string name)
    {
        bool made;
        lock (_gate)
            made = _made.Remove(name);
        if (made)
            TryRemove(root(), $"{_group}/{name}{Ours}");
    }

    public void Dispose()
    {
        foreach (string name in _made.ToArray())
            Remove(name);
    }

    /// <summary>
    /// Removes the probes that a killed vfioscope left behind. They cost nothing, but clutter tracefs. The kernel refuses to
    /// remove a probe in use.
    /// </summary>
    /// <param name="root">Mount point of tracefs.</param>
    /// <param name="proc">Mount point of procfs.</param>
    /// <returns>The removed probes.</returns>
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
            return []; // then the probes stay
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
            return false; // in use by another process, or gone with its module
        }
    }

    private static void Write(string root, string command)
    {
        using var file = new FileStream(Path.Combine(root, "kprobe_events"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 0);
        file.Write(System.Text.Encoding.ASCII.GetBytes(command + "\n"));
    }
}
