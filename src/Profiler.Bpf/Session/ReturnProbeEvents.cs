using System.Globalization;

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

    private static readonly string[] MountPoints = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

    // kprobe_profile names events without their group: so that nobody else's has the same name, they have the number, too.
    private static readonly string Ours = "_" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    private readonly string _group = Prefix + Ours[1..];
    private readonly List<string> _made = [];

    /// <summary>This machine's; null if tracefs cannot be used.</summary>
    public static ReturnProbeEvents? Open()
    {
        string? root = MountPoints.FirstOrDefault(r => File.Exists(Path.Combine(r, "kprobe_events")));
        if (root is null)
            return null;
        var events = new ReturnProbeEvents(root);
        events.RemoveLeftovers();
        return events;
    }

    /// <summary>Makes a return probe.</summary>
    /// <returns>The tracepoint's id, for perf_event_open; null if the kernel refuses.</returns>
    public ulong? Add(string name, string function)
    {
        try
        {
            Write($"r{AtOnce}:{_group}/{name}{Ours} {function}");
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
            TryRemove($"{_group}/{name}{Ours}");
    }

    public void Dispose()
    {
        foreach (string name in _made.ToArray())
            Remove(name);
    }

    // A vfioscope that was killed could not clean up. Its probes cost nothing, but they are in the way.
    private void RemoveLeftovers()
    {
        try
        {
            foreach (string line in File.ReadAllLines(Path.Combine(root, "kprobe_events")))
            {
                // "r1024:vfioscope_123/release vfio_device_fops_release"
                string name = line.Split(' ')[0].Split(':')[^1];
                if (name.StartsWith(Prefix, StringComparison.Ordinal) &&
                    int.TryParse(name[Prefix.Length..].Split('/')[0], CultureInfo.InvariantCulture, out int pid) &&
                    !Directory.Exists($"/proc/{pid}"))
                    TryRemove(name);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then they stay.
        }
    }

    private void TryRemove(string name)
    {
        try
        {
            Write($"-:{name}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // In use by somebody else, or gone with its module.
        }
    }

    private void Write(string command)
    {
        using var file = new FileStream(Path.Combine(root, "kprobe_events"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 0);
        file.Write(System.Text.Encoding.ASCII.GetBytes(command + "\n"));
    }
}
