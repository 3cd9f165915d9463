using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Profiler.Bpf.Native;
using Profiler.Linux;

namespace Profiler.Bpf.Session;

/// <summary>The maps all objects use together (bpf/probes.bpf.h): the first object makes them.</summary>
/// <param name="ringBufferBytes">The size of the ring buffer: a power of two, at least a page.</param>
internal sealed unsafe class SharedMaps(uint ringBufferBytes)
{
    /// <summary>The ring buffer's name.</summary>
    public const string Events = "events";

    private const string Counters = "counters", ModuleCounts = "module_counts", Settings = "settings", Owners = "owners",
        Stacks = "stacks", Faults = "faults";

    private const int StackDepth = 48; // STACK_DEPTH

    private const int MaximumOwners = 16384; // max_entries of owners

    private readonly Dictionary<string, int> _fds = [];

    private const ulong Any = 0, NoExist = 1; // BPF_ANY, BPF_NOEXIST

    private ulong _stackThresholdNs, _reapingUnseen, _capturing;
    private long _ownersRefused;

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
        _stackThresholdNs = thresholdNs;
        WriteSettings();
    }

    /// <summary>Tells the programs whether they will see a process being reaped, or its death is the last they see.</summary>
    public void SetReapingSeen(bool seen)
    {
        _reapingUnseen = seen ? 0 : 1UL;
        WriteSettings();
    }

    /// <summary>Has all programs begin to tell, or stop, at one moment.</summary>
    public void SetCapturing(bool capturing)
    {
        _capturing = capturing ? 1UL : 0;
        WriteSettings();
    }

    private void WriteSettings()
    {
        uint zero = 0;
        ulong* settings = stackalloc ulong[3]; // struct settings
        (settings[0], settings[1], settings[2]) = (_stackThresholdNs, _reapingUnseen, _capturing);
        if (Find(Settings) is { } fd)
            _ = LibBpf.bpf_map_update_elem(fd, &zero, settings, 0);
    }

    /// <summary>Tells the programs of a process that has a device open.</summary>
    /// <param name="tgid">The process.</param>
    /// <param name="exits">It is on its way out already.</param>
    public void AddOwner(uint tgid, bool exits)
    {
        byte state = exits ? (byte)1 : (byte)0; // struct owner
        if (Find(Owners) is { } fd && LibBpf.bpf_map_update_elem(fd, &tgid, &state, exits ? Any : NoExist) != 0 &&
            Marshal.GetLastPInvokeError() != Errno.EEXIST)
            Interlocked.Increment(ref _ownersRefused);
    }

    /// <summary>How many processes could not be told to the programs: there was no room.</summary>
    public long OwnersRefused => Interlocked.Read(ref _ownersRefused);

    /// <summary>Removes the processes that are not there any more; the kernel may have missed to tell of an end.</summary>
    /// <param name="isThere">Is there a process of this number?</param>
    public void SweepOwners(Func<uint, bool> isThere)
    {
        if (Find(Owners) is not { } fd)
            return;
        // First all, then those that are gone: what is removed underneath an iteration starts it anew.
        var owners = new List<uint>();
        uint key = 0, next = 0;
        for (uint* previous = null; LibBpf.bpf_map_get_next_key(fd, previous, &next) == 0 && owners.Count < MaximumOwners; previous = &key)
            owners.Add(key = next);
        foreach (uint owner in owners.Where(owner => !isThere(owner)))
        {
            uint gone = owner;
            _ = LibBpf.bpf_map_delete_elem(fd, &gone);
        }
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

    /// <summary>How often the programs could not keep track of something, summed over CPUs; null past the last kind of fault.</summary>
    /// <param name="fault">enum fault in bpf/events.h.</param>
    public long? ReadFault(uint fault)
    {
        int cpus = LibBpf.libbpf_num_possible_cpus();
        Span<ulong> values = cpus <= 256 ? stackalloc ulong[cpus] : new ulong[cpus];
        fixed (ulong* start = values)
        {
            if (Find(Faults) is not { } fd || LibBpf.bpf_map_lookup_elem(fd, &fault, start) != 0)
                return null;
        }
        ulong sum = 0;
        foreach (ulong value in values)
            sum += value;
        return (long)sum;
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
