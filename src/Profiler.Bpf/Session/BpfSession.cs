using System.Collections.Immutable;
using System.Diagnostics;
using Profiler.Bpf.Kernel;
using Profiler.Bpf.Native;
using Profiler.Bpf.Plan;

namespace Profiler.Bpf.Session;

/// <summary>
/// A plan carried out: programs loaded and attached, records flowing. Probes whose module is not there wait
/// for it; when modules come or go, a new plan is asked for and what changed is carried out.
/// </summary>
public sealed class BpfSession : IDisposable
{
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SwitchPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMinutes(1);

    // Programs tell the numbers of the first PID namespace (PROC_PID_INIT_INO); in another one they mean nothing.
    private static readonly Lazy<bool> SeesAllProcesses = new(() => new FileInfo("/proc/self/ns/pid").LinkTarget == "pid:[4026531836]");

    private readonly Func<AttachPlan> _ask;
    private readonly SharedMaps _maps;
    private readonly ProbeSet _probes;
    private readonly ModuleWatch _modules = new(Probes.All.Select(p => p.Module).OfType<string>().Distinct());
    private RingBufferReader? _reader;
    private RunStatistics? _runStatistics;
    private (ulong Loads, ulong Frees)? _moduleCounts;

    private readonly TracingSwitches _switches = TracingSwitches.OfThisMachine();
    private long _switchesLookedAt, _sweptAt, _stoppedNs;

    private BpfSession(Func<AttachPlan> ask, uint ringBufferBytes, TimeSpan stackThreshold, CancellationToken cancellation)
    {
        _ask = ask;
        _maps = new SharedMaps(ringBufferBytes, (ulong)stackThreshold.TotalNanoseconds);
        _probes = new ProbeSet(_maps, cancellation);
    }

    /// <summary>Loads and attaches all that the plan found possible.</summary>
    /// <param name="ask">Asks the kernel and decides what goes where; again when modules come or go.</param>
    /// <param name="ringBufferBytes">A power of two, at least 4096.</param>
    /// <param name="stackThreshold">What takes as long leaves its kernel stack; zero: nothing does.</param>
    /// <param name="countRuns">Has the kernel count what BPF programs cost, while the session lasts.</param>
    /// <param name="cancellation">Ends the start early, with nothing left attached.</param>
    /// <exception cref="BpfException">Nothing at all could be attached; says why.</exception>
    /// <exception cref="OperationCanceledException">It was to end early.</exception>
    public static BpfSession Start(
        Func<AttachPlan> ask, uint ringBufferBytes, TimeSpan stackThreshold, bool countRuns = false, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        LibBpfLog.Capture();
        var session = new BpfSession(ask, ringBufferBytes, stackThreshold, cancellation);
        try
        {
            if (countRuns)
                session._runStatistics = RunStatistics.Enable();
            session._modules.Changed();
            session.CarryOut(ask());
            session._reader = new RingBufferReader(session._maps.Find(SharedMaps.Events)
                ?? throw new BpfException("none of the probes could be loaded: " + session._probes.Status()[0].Reason));
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
    /// Batches of records, back to back, while <see cref="Run"/> runs. A batch must not outlive OnNext.
    /// Completes when all that was emitted has been handed on.
    /// </summary>
    public IObservable<ReadOnlyMemory<byte>> Records => _reader!.Records;

    /// <summary>When all probes were in place and the programs began to tell, CLOCK_MONOTONIC.</summary>
    public long StartedNs { get; private set; }

    /// <summary>When they stopped, CLOCK_MONOTONIC; null as long as they have not.</summary>
    public long? StoppedNs => Interlocked.Read(ref _stoppedNs) is var ns and > 0 ? ns : null;

    /// <summary>CLOCK_MONOTONIC: on Linux that is what the stopwatch shows.</summary>
    public static long MonotonicNs() => (long)Stopwatch.GetElapsedTime(0).TotalNanoseconds;

    /// <summary>Every planned probe and what became of it, with what it has missed until now.</summary>
    public IReadOnlyList<ProbeStatus> Status() => _probes.Status();

    /// <summary>What each attached program cost until now; none if the kernel does not count it.</summary>
    public ImmutableArray<ProgramRuns> Programs() =>
        _runStatistics is not null || RunStatistics.AlwaysOn() ? _probes.Programs() : [];

    /// <summary>Has the end of a process told that had a device open before we came.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="exits">It is on its way out already: that it begins to exit is not told any more.</param>
    public void Follow(int pid, bool exits = false) => _maps.AddOwner((uint)pid, exits);

    /// <summary>How often the programs could not keep track of something; the index is <c>enum fault</c> of bpf/events.h.</summary>
    public IReadOnlyList<long> Faults()
    {
        var faults = new List<long>();
        while (_maps.ReadFault((uint)faults.Count) is { } count)
            faults.Add(count);
        return faults;
    }

    /// <summary>How many processes that were to be followed could not be: there was no room.</summary>
    public long NotFollowed => _maps.OwnersRefused;

    /// <summary>Switches that were seen off at any time, and what is attached does not work without: "kernel.ftrace_enabled".</summary>
    public ImmutableArray<string> SwitchedOff => _switches.SeenOff;

    /// <summary>A kernel stack by the key an event has: return addresses, innermost first; empty if there is none.</summary>
    public ImmutableArray<ulong> KernelStack(int key) => _maps.Stack((uint)key);

    /// <summary>Per kind of event; the index is the kind.</summary>
    public IReadOnlyList<KindCount> Counters()
    {
        var counts = new List<KindCount>();
        while (_maps.ReadCounters((uint)counts.Count) is { } count)
            counts.Add(count);
        return counts;
    }

    /// <summary>
    /// Hands on records on this thread until cancelled; then detaches all programs, hands on what is left
    /// and completes. The counters are final after that.
    /// </summary>
    public void Run(CancellationToken cancellation)
    {
        RingBufferReader reader = _reader!;
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                reader.Poll(PollTimeout);
                FollowModules();
                LookNowAndThen();
            }
            LookAtSwitches();
            // Detaching takes its time, probe by probe: what happens meanwhile would be told in part.
            _maps.SetCapturing(false);
            Interlocked.Exchange(ref _stoppedNs, MonotonicNs());
            _probes.Detach();
            reader.Complete();
        }
#pragma warning disable CA1031 // whatever ends the flow, its observers hear of it: a full disk, say
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
    }

    private void FollowModules()
    {
        (ulong Loads, ulong Frees)? before = _moduleCounts;
        _moduleCounts = _maps.ReadModuleCounts();
        // Even if a module is back by now: what was attached to it went with it. They count from 0.
        bool gone = (_moduleCounts?.Frees ?? 0) != (before?.Frees ?? 0);
        if (gone)
            _probes.DetachModules();
        // It is counted before it is initialised: then it is looked for until it is. Who cannot count always looks.
        bool look = _moduleCounts is null || _moduleCounts != before || _modules.Unsettled;
        if ((look && _modules.Changed()) || gone)
            CarryOut(_ask());
    }

    private void CarryOut(AttachPlan plan)
    {
        _probes.CarryOut(plan);
        _maps.SetReapingSeen(_probes.IsAttached("reaped"));
    }

    private void LookNowAndThen()
    {
        if (IsTime(ref _switchesLookedAt, SwitchPeriod))
            LookAtSwitches();
        if (SeesAllProcesses.Value && IsTime(ref _sweptAt, SweepPeriod))
            _maps.SweepOwners(pid => Directory.Exists($"/proc/{pid}"));
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
