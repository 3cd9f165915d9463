using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Profiler.Bpf.Native;
using Profiler.Linux;

namespace Profiler.Bpf.Session;

/// <summary>The maps that all objects share (bpf/probes.bpf.h). The first object creates them.</summary>
/// <param name="ringBufferBytes">Size of the ring buffer, bytes: a power of two, at least a page.</param>
/// <param name="stackThresholdNs">Minimum duration for which the kernel stack is recorded, nanoseconds; 0: no stacks.</param>
internal sealed unsafe class SharedMaps(uint ringBufferBytes, ulong stackThresholdNs) : IDisposable
{
    /// <summary>Name of the ring buffer.</summary>
    public const string Events = "events";

    /// <summary>Section of the settings. Each object has its own: the map is read-only, so it cannot be shared.</summary>
    public const string SettingsSection = ".rodata.settings";

    private const string ControlMap = ".data.control", UnderWayMap = ".data.under_way", Counters = "counters", ModuleCountsMap = "module_counts", Tracked = "tracked",
        Exiting = "exiting", Stacks = "stacks", Faults = "faults";

    private readonly ConcurrentDictionary<string, int> _fds = [];

    private const ulong BPF_ANY = 0, BPF_NOEXIST = 1; // flags of map updates, bpf(2)

    private Control _control;
    private TrackedCount? _trackedCount;
    private long _notTracked;

    public uint RingBufferBytes => ringBufferBytes;

    /// <summary>Settings of each object, set before it is loaded.</summary>
    public Settings SettingsOfObjects => new() { page_size = (ulong)Environment.SystemPageSize, stack_threshold_ns = stackThresholdNs };

    /// <summary>The first object is loaded.</summary>
    public bool Exist => _fds.ContainsKey(Events);

    public int? Find(string name) => _fds.TryGetValue(name, out int fd) ? fd : null;

    /// <summary>Shares the maps of a loaded object, which must stay open while this instance is used.</summary>
    public void Adopt(EmbeddedObject loaded)
    {
        foreach ((string name, int fd) in loaded.Maps())
            _fds.TryAdd(name, fd);
        _trackedCount ??= Find(UnderWayMap) is { } underWay ? TrackedCount.Of(underWay) : null;
    }

    /// <summary>Number of modules with probes loaded and freed since the start; null if not counted.</summary>
    public (ulong Loads, ulong Frees)? ReadModuleCounts()
    {
        uint zero = 0;
        ModuleCounts counts;
        return Find(ModuleCountsMap) is { } fd && LibBpf.bpf_map_lookup_elem(fd, &zero, &counts) == 0 ? (counts.loads, counts.frees) : null;
    }

    /// <summary>Sets whether the programs see when a process is reaped; if not, its death is the last event.</summary>
    public void SetReapingSeen(bool seen)
    {
        _control.reaping_unseen = seen ? 0 : 1UL;
        WriteControl();
    }

    /// <summary>Starts or stops the events of all programs at once.</summary>
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

    /// <summary>Makes the programs track a process that has a device open.</summary>
    /// <param name="tgid">The process.</param>
    /// <param name="exits">The process is already exiting: its exit is not reported again.</param>
    public void Track(uint tgid, bool exits)
    {
        byte present = 1, runs = (byte)TrackedAs.Runs;
        if (Find(Tracked) is not { } tracked || Find(Exiting) is not { } exiting)
            return;
        // The order matters: the process may exit between the two updates.
        if (exits)
            _ = LibBpf.bpf_map_update_elem(exiting, &tgid, &present, BPF_ANY);
        _trackedCount!.Increment();
        if (LibBpf.bpf_map_update_elem(tracked, &tgid, &runs, BPF_NOEXIST) == 0)
            return;
        bool full = Marshal.GetLastPInvokeError() != Errno.EEXIST;
        _trackedCount.Decrement();
        if (full)
        {
            Interlocked.Increment(ref _notTracked);
            _ = LibBpf.bpf_map_delete_elem(exiting, &tgid);
        }
    }

    /// <summary>Number of processes that could not be tracked because the map was full.</summary>
    public long NotTracked => Interlocked.Read(ref _notTracked);

    /// <summary>Removes tracked processes that no longer exist: the programs may have missed an exit.</summary>
    /// <param name="exists">Whether a process with this id exists.</param>
    public void RemoveGone(Func<uint, bool> exists)
    {
        if (Find(Tracked) is not { } tracked || Find(Exiting) is not { } exiting)
            return;
        foreach (uint tgid in Keys(tracked).Where(tgid => !exists(tgid)))
        {
            uint gone = tgid;
            if (LibBpf.bpf_map_delete_elem(tracked, &gone) == 0)
                _trackedCount!.Decrement();
            _ = LibBpf.bpf_map_delete_elem(exiting, &gone);
        }
    }

    // Read all keys before removing any: the kernel restarts the iteration if the last key is gone.
    private static List<uint> Keys(int map)
    {
        var keys = new List<uint>();
        uint key = 0, next = 0;
        for (uint* previous = null; LibBpf.bpf_map_get_next_key(map, previous, &next) == 0 && keys.Count < MapSizes.MAX_PROCESSES; previous = &key)
            keys.Add(key = next);
        return keys;
    }

    /// <summary>A kernel stack, innermost frame first; empty if this key has none.</summary>
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

    /// <summary>Count of a fault, summed over CPUs; null after the last kind of fault.</summary>
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

    /// <summary>Counters of one kind of event, summed over CPUs; null after the last kind.</summary>
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

    /// <summary>To be called when nothing uses the maps any longer; their objects close them.</summary>
    public void Dispose() => _trackedCount?.Dispose();
}
