using System.Collections.Immutable;
using System.Diagnostics;
using Profiler.Bpf.Kernel;
using Profiler.Bpf.Native;
using Profiler.Bpf.Plan;
using Profiler.Bpf.Ring;

namespace Profiler.Bpf.Session;

/// <summary>
/// Executes a plan: loads and attaches programs and reads their records. Probes in modules that are not loaded wait. When
/// modules are loaded or unloaded, the session makes a new plan and applies the changes.
/// </summary>
public sealed class BpfSession : IDisposable
{
    private static readonly TimeSpan ModulePeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SwitchPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMinutes(1);

    private static readonly Lazy<ImmutableArray<string>> ReadTypes = new(() =>
        [.. Probes.Objects.SelectMany(name => RelocatedTypes.Of(EmbeddedObject.Compiled(name))).Distinct()]);

    private readonly Func<IKernelOffer, AttachPlan> _plan;
    private readonly SharedMaps _maps;
    private readonly ProbeSet _probes;
    private RingBufferReader? _reader;
    private RunStatistics? _runStatistics;
    private (ulong Loads, ulong Frees)? _moduleCounts;
    private ModuleStates _modules = ModuleStates.None; // those to which the attached probes belong

    private readonly TracingSwitches _switches = TracingSwitches.OfThisMachine();
    private long _switchesLookedAt, _sweptAt, _stoppedNs;

    private BpfSession(Func<IKernelOffer, AttachPlan> plan, uint ringBufferBytes, TimeSpan stackThreshold, CancellationToken cancellation)
    {
        _plan = plan;
        _maps = new SharedMaps(ringBufferBytes, (ulong)stackThreshold.TotalNanoseconds);
        _probes = new ProbeSet(_maps, cancellation);
    }

    /// <summary>Loads and attaches every possible probe of the plan.</summary>
    /// <param name="plan">Makes the plan for the running kernel; called again when modules are loaded or unloaded.</param>
    /// <param name="ringBufferBytes">A power of two, at least 4096.</param>
    /// <param name="stackThreshold">Minimum duration for which the kernel stack is recorded; zero: no stacks.</param>
    /// <param name="countRuns">Enables the kernel's run count and run time of BPF programs during the session.</param>
    /// <param name="cancellation">Stops the start early; then nothing stays attached.</param>
    /// <exception cref="BpfException">No probe could attach; the message has the reason.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static BpfSession Start(
        Func<IKernelOffer, AttachPlan> plan, uint ringBufferBytes, TimeSpan stackThreshold, bool countRuns = false, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        using Activity? start = StartSteps.Begin("attach");
        LibBpfLog.Capture();
        var session = new BpfSession(plan, ringBufferBytes, stackThreshold, cancellation);
        try
        {
            if (countRuns)
                session._runStatistics = RunStatistics.Enable();
            session.CarryOut();
            using Activity? reader = StartSteps.Begin("ring buffer and switches");
            session._reader = new RingBufferReader(session._maps.Find(SharedMaps.Events)
                ?? throw new BpfException("none of the probes could be loaded: " + session._probes.Status()[0].Reason), MonotonicNs);
            session.LookAtSwitches();
            cancellation.ThrowIfCancellationRequested();
            session.StartedNs = MonotonicNs();
            session._maps.SetCapturing(true);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Batches of contiguous records while <see cref="Run"/> runs. A batch is valid until OnNext returns. Completes after all
    /// records have been delivered.
    /// </summary>
    public IObservable<ReadOnlyMemory<byte>> Records => _reader!.Records;

    /// <summary>Time when all probes were attached and events began, CLOCK_MONOTONIC nanoseconds.</summary>
    public long StartedNs { get; private set; }

    /// <summary>Time when events stopped, CLOCK_MONOTONIC nanoseconds; null before that.</summary>
    public long? StoppedNs => Interlocked.Read(ref _stoppedNs) is var ns and > 0 ? ns : null;

    /// <inheritdoc cref="RingBufferReader.DeliveredUntilNs"/>
    public long DeliveredUntilNs => _reader!.DeliveredUntilNs;

    /// <summary>CLOCK_MONOTONIC now, nanoseconds; Stopwatch uses this clock on Linux.</summary>
    public static long MonotonicNs() => (long)Stopwatch.GetElapsedTime(0).TotalNanoseconds;

    /// <summary>Status of every planned probe, with its missed calls so far.</summary>
    public IReadOnlyList<ProbeStatus> Status() => _probes.Status();

    /// <summary>Cost of each attached program so far; empty if the kernel does not count it.</summary>
    public ImmutableArray<ProgramRuns> Programs() =>
        _runStatistics is not null || RunStatistics.AlwaysOn() ? _probes.Programs() : [];

    /// <summary>The attached programs, by the name of their probe. Asks the kernel about each; what it says does not change.</summary>
    public ILookup<string, VerifiedProgram> Verified() => _probes.Verified();

    /// <summary>Tracks a process that had a device open before the capture began.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="exits">The process is already exiting: its exit is not reported again.</param>
    public void Follow(int pid, bool exits = false) => _maps.Track((uint)pid, exits);

    /// <summary>Count of each fault; the index is <c>enum fault</c> of bpf/events.h.</summary>
    public IReadOnlyList<long> Faults()
    {
        var faults = new List<long>();
        while (_maps.ReadFault((uint)faults.Count) is { } count)
            faults.Add(count);
        return faults;
    }

    /// <summary>Number of processes that could not be tracked because the map was full.</summary>
    public long NotFollowed => _maps.NotTracked;

    /// <summary>Switches that attached probes require and that were off at any check: "kernel.ftrace_enabled".</summary>
    public ImmutableArray<string> SwitchedOff => _switches.SeenOff;

    /// <summary>The kernel stack of an event's key: return addresses, innermost first; empty if there is none.</summary>
    public ImmutableArray<ulong> KernelStack(int key) => _maps.Stack((uint)key);

    /// <summary>Counters per kind of event; the index is the kind.</summary>
    public IReadOnlyList<KindCount> Counters()
    {
        var counts = new List<KindCount>();
        while (_maps.ReadCounters((uint)counts.Count) is { } count)
            counts.Add(count);
        return counts;
    }

    /// <summary>
    /// Delivers records on this thread until cancelled. Then it detaches all programs, delivers the remaining records and
    /// completes. After that the counters are final.
    /// </summary>
    public void Run(CancellationToken cancellation)
    {
        RingBufferReader reader = _reader!;
        using CancellationTokenRegistration interrupt = cancellation.Register(reader.Interrupt);
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                reader.Poll(UntilNextLook());
                FollowModules(cancellation);
                LookNowAndThen();
            }
            LookAtSwitches();
            // Detaching takes seconds, probe by probe: events from that time would be incomplete.
            _maps.SetCapturing(false);
            Interlocked.Exchange(ref _stoppedNs, MonotonicNs());
            _probes.Detach();
            reader.Complete();
        }
#pragma warning disable CA1031 // observers get any error, for example a full disk
        catch (Exception e)
#pragma warning restore CA1031
        {
            reader.Fail(e);
        }
    }

    public void Dispose()
    {
        _probes.Dispose();
        _reader?.Dispose();
        _runStatistics?.Dispose();
        _maps.Dispose();
    }

    private void FollowModules(CancellationToken cancellation)
    {
        (ulong Loads, ulong Frees)? before = _moduleCounts;
        _moduleCounts = _maps.ReadModuleCounts();
        // The count changes before the module is initialised, so sysfs is read until then. Without counts sysfs is always read.
        bool look = _moduleCounts is null || _moduleCounts != before || _modules.Unsettled;
        if (!look || _modules.Is(ModuleStates.Read()))
            return;
        try
        {
            CarryOut();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Stopped while probes were being attached: the session ends in order, with all that it saw.
        }
    }

    // The programs that count modules wake the reader, but not when a module is initialised or has left sysfs.
    private TimeSpan UntilNextLook() =>
        _moduleCounts is null || _modules.Unsettled ? ModulePeriod : SwitchPeriod - Stopwatch.GetElapsedTime(_switchesLookedAt);

    private void CarryOut()
    {
        var kernel = RunningKernel.Ask();
        // Before the plan: it has to wait for the kernel's symbols.
        using var types = new MemoryFile("types", kernel.Types.Extract(ReadTypes.Value));
        AttachPlan plan = _plan(kernel);
        if (!kernel.IsCurrent)
        {
            CarryOut(); // a module came or went while the symbols were read: they may be from before or after
            return;
        }
        // Only those: the others miss nothing meanwhile.
        _probes.DetachFrom(kernel.Modules.GoneSince(_modules));
        _modules = kernel.Modules;
        _probes.CarryOut(plan, types.Path, _modules);
        _maps.SetReapingSeen(_probes.IsAttached("reaped"));
    }

    private void LookNowAndThen()
    {
        if (IsTime(ref _switchesLookedAt, SwitchPeriod))
            LookAtSwitches();
        if (IsTime(ref _sweptAt, SweepPeriod))
            _maps.RemoveGone(pid => Directory.Exists($"/proc/{pid}"));
    }

    private void LookAtSwitches()
    {
        (bool kprobes, bool functions) = _probes.Uses();
        _switches.Look(kprobes, functions);
    }

    private static bool IsTime(ref long last, TimeSpan period)
    {
        if (last != 0 && Stopwatch.GetElapsedTime(last) < period)
            return false;
        last = Stopwatch.GetTimestamp();
        return true;
    }
}
