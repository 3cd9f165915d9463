using System.Collections.Immutable;
using Profiler.Bpf.Native;

namespace Profiler.Bpf.Session;

/// <summary>The maps all objects use together (bpf/probes.bpf.h): the first object makes them.</summary>
/// <param name="ringBufferBytes">The size of the ring buffer: a power of two, at least a page.</param>
internal sealed unsafe class SharedMaps(uint ringBufferBytes)
{
    /// <summary>The ring buffer's name.</summary>
    public const string Events = "events";

    private const string Counters = "counters", ModuleCounts = "module_counts", Settings = "settings", Owners = "owners",
        Stacks = "stacks";

    private const int StackDepth = 48; // STACK_DEPTH

    private readonly Dictionary<string, int> _fds = [];

    private const ulong NoExist = 1; // BPF_NOEXIST

    public uint RingBufferBytes => ringBufferBytes;

    public int? Find(string name) => _fds.TryGetValue(name, out int fd) ? fd : null;

    /// <summary>Takes over the maps of a loaded object, which must be kept open as long as this.</summary>
    public void Adopt(BpfObject loaded)
    {
        foreach ((string name, int fd) in loaded.Maps())
            _fds.TryAdd(name, fd);
    }

    /// <summary>How many modules with probes came and went since the start; null if nobody counts.</summary>
    public (ulong Loads, ulong Frees)? ReadModuleCounts()
    {
        uint zero = 0;
        ulong* counts = stackalloc ulong[2]; // struct module_counts
        return Find(ModuleCounts) is { } fd && LibBpf.bpf_map_lookup_elem(fd, &zero, counts) == 0 ? (counts[0], counts[1]) : null;
    }

    /// <summary>From how long on things leave their kernel stack, nanoseconds; 0: nothing does.</summary>
    public void SetStackThreshold(ulong thresholdNs)
    {
        uint zero = 0;
        if (Find(Settings) is { } fd)
            _ = LibBpf.bpf_map_update_elem(fd, &zero, &thresholdNs, 0);
    }

    /// <summary>Tells the programs of a process that has a device open.</summary>
    public void AddOwner(uint tgid)
    {
        byte exits = 0;
        if (Find(Owners) is { } fd)
            _ = LibBpf.bpf_map_update_elem(fd, &tgid, &exits, NoExist);
    }

    /// <summary>A kernel stack, innermost first; empty if there is none of this key.</summary>
    public ImmutableArray<ulong> Stack(uint key)
    {
        ulong* frames = stackalloc ulong[StackDepth];
        if (Find(Stacks) is not { } fd || LibBpf.bpf_map_lookup_elem(fd, &key, frames) != 0)
            return [];
        var stack = ImmutableArray.CreateBuilder<ulong>();
        for (int i = 0; i < StackDepth && frames[i] != 0; i++)
            stack.Add(frames[i]);
        return stack.ToImmutable();
    }

    /// <summary>The counters of one kind of event, summed over CPUs; null past the last kind.</summary>
    public KindCount? ReadCounters(uint kind)
    {
        int cpus = LibBpf.libbpf_num_possible_cpus();
        Span<ulong> values = cpus <= 128 ? stackalloc ulong[2 * cpus] : new ulong[2 * cpus];
        fixed (ulong* start = values)
        {
            if (LibBpf.bpf_map_lookup_elem(_fds[Counters], &kind, start) != 0)
                return null;
        }
        ulong emitted = 0, lost = 0;
        for (int cpu = 0; cpu < cpus; cpu++)
        {
            emitted += values[2 * cpu];
            lost += values[2 * cpu + 1];
        }
        return new KindCount((long)emitted, (long)lost);
    }
}
