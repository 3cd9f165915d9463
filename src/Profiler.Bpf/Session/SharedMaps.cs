using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Profiler.Bpf.Native;

namespace Profiler.Bpf.Session;

/// <summary>The maps all objects use together (bpf/probes.bpf.h): the first object makes them.</summary>
/// <param name="ringBufferBytes">The size of the ring buffer: a power of two, at least a page.</param>
/// <param name="stackThresholdNs">What takes as long leaves its kernel stack, nanoseconds; 0: nothing does.</param>
internal sealed unsafe class SharedMaps(uint ringBufferBytes, ulong stackThresholdNs)
{
    /// <summary>The ring buffer's name.</summary>
    public const string Events = "events";

    /// <summary>The section of the settings: a map of each object's own, which cannot be shared as it is frozen.</summary>
    public const string SettingsSection = ".rodata.settings";

    private const string ControlMap = ".data.control", Counters = "counters", ModuleCountsMap = "module_counts", Owners = "owners",
        Exiting = "exiting", Stacks = "stacks", Faults = "faults";

    private readonly Dictionary<string, int> _fds = [];

    private const ulong BPF_ANY = 0, BPF_NOEXIST = 1; // flags of updates, bpf(2)

    private Control _control;
    private long _ownersRefused;

    public uint RingBufferBytes => ringBufferBytes;

    /// <summary>What each object is told before it is loaded.</summary>
    public Settings SettingsOfObjects => new() { stack_threshold_ns = stackThresholdNs };

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
        ModuleCounts counts;
        return Find(ModuleCountsMap) is { } fd && LibBpf.bpf_map_lookup_elem(fd, &zero, &counts) == 0 ? (counts.loads, counts.frees) : null;
    }

    /// <summary>Tells the programs whether they will see a process being reaped, or its death is the last they see.</summary>
    public void SetReapingSeen(bool seen)
    {
        _control.reaping_unseen = seen ? 0 : 1UL;
        WriteControl();
    }

    /// <summary>Has all programs begin to tell, or stop, at one moment.</summary>
    public void SetCapturing(bool capturing)
    {
        _control.capturing = capturing ? 1UL : 0;
        WriteControl();
    }

    private void WriteControl()
    {
        uint zero = 0;
        Control control = _control;
        if (Find(ControlMap) is { } fd)
            _ = LibBpf.bpf_map_update_elem(fd, &zero, &control, BPF_ANY);
    }

    /// <summary>Tells the programs of a process that has a device open.</summary>
    /// <param name="tgid">The process.</param>
    /// <param name="exits">It is on its way out already.</param>
    public void AddOwner(uint tgid, bool exits)
    {
        byte present = 1;
        if (Find(Owners) is not { } owners || Find(Exiting) is not { } exiting)
            return;
        // First what is not to be told: between the two the process may exit.
        if (exits)
            _ = LibBpf.bpf_map_update_elem(exiting, &tgid, &present, BPF_ANY);
        if (LibBpf.bpf_map_update_elem(owners, &tgid, &present, BPF_NOEXIST) != 0 && Marshal.GetLastPInvokeError() != Errno.EEXIST)
            Interlocked.Increment(ref _ownersRefused);
    }

    /// <summary>How many processes could not be told to the programs: there was no room.</summary>
    public long OwnersRefused => Interlocked.Read(ref _ownersRefused);

    /// <summary>Removes the processes that are not there any more; the kernel may have missed to tell of an end.</summary>
    /// <param name="isThere">Is there a process of this number?</param>
    public void SweepOwners(Func<uint, bool> isThere)
    {
        if (Find(Owners) is not { } owners || Find(Exiting) is not { } exiting)
            return;
        foreach (uint owner in Keys(owners).Where(owner => !isThere(owner)))
        {
            uint gone = owner;
            _ = LibBpf.bpf_map_delete_elem(owners, &gone);
            _ = LibBpf.bpf_map_delete_elem(exiting, &gone);
        }
    }

    // All of them before anything is removed: what is removed underneath an iteration starts it anew.
    private static List<uint> Keys(int map)
    {
        var keys = new List<uint>();
        uint key = 0, next = 0;
        for (uint* previous = null; LibBpf.bpf_map_get_next_key(map, previous, &next) == 0 && keys.Count < MapSizes.MAX_PROCESSES; previous = &key)
            keys.Add(key = next);
        return keys;
    }

    /// <summary>A kernel stack, innermost first; empty if there is none of this key.</summary>
    public ImmutableArray<ulong> Stack(uint key)
    {
        ulong* frames = stackalloc ulong[MapSizes.STACK_DEPTH];
        if (Find(Stacks) is not { } fd || LibBpf.bpf_map_lookup_elem(fd, &key, frames) != 0)
            return [];
        var stack = ImmutableArray.CreateBuilder<ulong>();
        for (int i = 0; i < MapSizes.STACK_DEPTH && frames[i] != 0; i++)
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
        Span<KindCounters> values = cpus <= 128 ? stackalloc KindCounters[cpus] : new KindCounters[cpus];
        fixed (KindCounters* start = values)
        {
            if (LibBpf.bpf_map_lookup_elem(_fds[Counters], &kind, start) != 0)
                return null;
        }
        ulong emitted = 0, lost = 0;
        foreach (KindCounters ofCpu in values)
        {
            emitted += ofCpu.emitted;
            lost += ofCpu.lost;
        }
        return new KindCount((long)emitted, (long)lost);
    }
}
