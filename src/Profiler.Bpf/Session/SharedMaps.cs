using Profiler.Bpf.Native;

namespace Profiler.Bpf.Session;

/// <summary>The maps all objects use together (bpf/probes.bpf.h): the first object makes them.</summary>
/// <param name="ringBufferBytes">The size of the ring buffer: a power of two, at least a page.</param>
internal sealed unsafe class SharedMaps(uint ringBufferBytes)
{
    /// <summary>The ring buffer's name.</summary>
    public const string Events = "events";

    private const string Counters = "counters", ModuleFrees = "module_frees";

    private readonly Dictionary<string, int> _fds = [];

    public uint RingBufferBytes => ringBufferBytes;

    public int? Find(string name) => _fds.TryGetValue(name, out int fd) ? fd : null;

    /// <summary>Takes over the maps of a loaded object, which must be kept open as long as this.</summary>
    public void Adopt(BpfObject loaded)
    {
        foreach ((string name, int fd) in loaded.Maps())
            _fds.TryAdd(name, fd);
    }

    /// <summary>How many VFIO modules have been unloaded since the start; 0 if nobody counts.</summary>
    public ulong ReadModuleFrees()
    {
        uint zero = 0;
        ulong count = 0;
        return Find(ModuleFrees) is { } fd && LibBpf.bpf_map_lookup_elem(fd, &zero, &count) == 0 ? count : 0;
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
