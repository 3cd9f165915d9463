using System.Collections.Immutable;
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

    private readonly Func<AttachPlan> _ask;
    private readonly SharedMaps _maps;
    private readonly ProbeSet _probes;
    private readonly ModuleWatch _modules = new(Probes.All.Select(p => p.Module).OfType<string>().Distinct());
    private RingBufferReader? _reader;
    private RunStatistics? _runStatistics;
    private (ulong Loads, ulong Frees)? _moduleCounts;

    private BpfSession(Func<AttachPlan> ask, uint ringBufferBytes)
    {
        _ask = ask;
        _maps = new SharedMaps(ringBufferBytes);
        _probes = new ProbeSet(_maps);
    }

    /// <summary>Loads and attaches all that the plan found possible.</summary>
    /// <param name="ask">Asks the kernel and decides what goes where; again when modules come or go.</param>
    /// <param name="ringBufferBytes">A power of two, at least 4096.</param>
    /// <param name="stackThreshold">What takes as long leaves its kernel stack; zero: nothing does.</param>
    /// <param name="countRuns">Has the kernel count what BPF programs cost, while the session lasts.</param>
    /// <exception cref="BpfException">Nothing at all could be attached; says why.</exception>
    public static BpfSession Start(Func<AttachPlan> ask, uint ringBufferBytes, TimeSpan stackThreshold, bool countRuns = false)
    {
        LibBpfLog.Capture();
        var session = new BpfSession(ask, ringBufferBytes);
        try
        {
            if (countRuns)
                session._runStatistics = RunStatistics.Enable();
            session._modules.Changed();
            session._probes.CarryOut(ask());
            session._reader = new RingBufferReader(session._maps.Find(SharedMaps.Events)
                ?? throw new BpfException("none of the probes could be loaded: " + session._probes.Status()[0].Reason));
            session._maps.SetStackThreshold((ulong)stackThreshold.TotalNanoseconds);
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

    /// <summary>Every planned probe and what became of it, with what it has missed until now.</summary>
    public IReadOnlyList<ProbeStatus> Status() => _probes.Status();

    /// <summary>What each attached program cost until now; none if the kernel does not count it.</summary>
    public ImmutableArray<ProgramRuns> Programs() =>
        _runStatistics is not null || RunStatistics.AlwaysOn() ? _probes.Programs() : [];

    /// <summary>Has the end of a process told that had a device open before we came.</summary>
    public void Follow(int pid) => _maps.AddOwner((uint)pid);

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
            }
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
            _probes.CarryOut(_ask());
    }
}
