using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Profiler.Bpf.Native;
using Profiler.Bpf.Plan;
using Profiler.Linux;

namespace Profiler.Bpf.Session;

/// <summary>
/// The probes of a session: attached, waiting for a module, or not available. A failed probe does not affect the others, and its
/// status has the reason.
/// </summary>
internal sealed class ProbeSet : IDisposable
{
    private readonly SharedMaps _maps;
    private readonly CancellationToken _cancellation;

    // Other threads than the attaching one call Status(), and the process may exit meanwhile.
    private readonly Lock _gate = new();
    private volatile bool _closing;
    private readonly List<BpfObject> _objects = [];
    private readonly List<AttachedProbe> _attached = [];
    private readonly HashSet<string> _everAttached = [];
    private readonly List<ProbeStatus> _status = [];
    private readonly ReturnProbeEvents? _returns = ReturnProbeEvents.Open();

    /// <param name="maps">The maps that all objects share.</param>
    /// <param name="cancellation">Stops attaching between two probes.</param>
    public ProbeSet(SharedMaps maps, CancellationToken cancellation)
    {
        (_maps, _cancellation) = (maps, cancellation);
        // No return probe outlives this process, unless it is ended by SIGKILL.
        AppDomain.CurrentDomain.ProcessExit += Close;
    }

    /// <summary>Whether any probe is attached by kprobe, and whether any is attached to a function.</summary>
    public (bool Kprobes, bool Functions) Uses()
    {
        lock (_gate)
        {
            bool kprobes = _attached.Exists(a => a.Plan.Kind == AttachKind.Kprobe);
            return (kprobes, kprobes || _attached.Exists(a => a.Plan.Kind == AttachKind.Fentry));
        }
    }

    /// <summary>Whether this probe is attached.</summary>
    public bool IsAttached(string name)
    {
        lock (_gate)
            return Find(name) is not null;
    }

    /// <summary>Status of every probe of the plan, in its order, with its missed runs so far.</summary>
    public IReadOnlyList<ProbeStatus> Status()
    {
        lock (_gate)
        {
            IReadOnlyDictionary<string, long>? returns = _returns?.Missed();
            return [.. _status.Select(s =>
                Find(s.Name) is { } attached ? s with { Missed = Sum(s.Missed, attached.Missed(returns)), Limited = s.Limited || attached.Limited }
                : _everAttached.Contains(s.Name) ? s
                : s with { Missed = null })];
        }
    }

    /// <summary>Cost of the attached programs so far.</summary>
    public ImmutableArray<ProgramRuns> Programs()
    {
        lock (_gate)
            return [.. _attached.SelectMany(a => a.Runs()).GroupBy(r => r.Program).Select(ProgramRuns.Sum)];
    }

    /// <summary>Attaches the possible probes of the plan that are not attached yet.</summary>
    /// <exception cref="BpfException">The kernel does not permit tracing.</exception>
    public void CarryOut(AttachPlan plan)
    {
        lock (_gate)
        {
            foreach (PlannedProbe unknown in plan.Probes.Where(p => _status.All(s => s.Name != p.Probe.Name)))
                Note(unknown, attached: false, unknown.Reason);
            foreach (IGrouping<string, PlannedProbe> sameObject in plan.Probes
                .Where(p => Find(p.Probe.Name) is null)
                .GroupBy(p => p.Probe.Object))
                Attach(sameObject.Key, [.. sameObject]);
        }
    }

    /// <summary>Detaches all probes; their counts of missed runs are kept.</summary>
    public void Detach() => DetachWhere(_ => true);

    /// <summary>Detaches the probes on functions of modules.</summary>
    public void DetachModules() => DetachWhere(p => p.Plan.Probe.Module is not null);

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= Close;
        _closing = true; // a thread that is attaching stops and releases the lock
        lock (_gate)
        {
            Detach();
            _returns?.Dispose();
            foreach (BpfObject loaded in _objects)
                loaded.Dispose();
            _objects.Clear();
        }
    }

    private void Close(object? sender, EventArgs e) => Dispose();

    private void ThrowIfEnding()
    {
        _cancellation.ThrowIfCancellationRequested();
        if (_closing)
            throw new OperationCanceledException();
    }

    // Missed runs of earlier attachments are included; an unknown count stays unknown.
    private static long? Sum(long? before, long? now) => before + now;

    private void DetachWhere(Func<AttachedProbe, bool> which)
    {
        lock (_gate)
        {
            IReadOnlyDictionary<string, long>? returns = _returns?.Missed();
            foreach (AttachedProbe probe in _attached.Where(which).ToList())
            {
                int status = _status.FindIndex(s => s.Name == probe.Plan.Probe.Name);
                _status[status] = _status[status] with
                {
                    Missed = Sum(_status[status].Missed, probe.Missed(returns)),
                    Limited = _status[status].Limited || probe.Limited,
                };
                probe.Dispose();
                _attached.Remove(probe);
            }
        }
    }

    private AttachedProbe? Find(string name) => _attached.Find(a => a.Plan.Probe.Name == name);

    // One load for all probes of an object is fastest. If it fails, each probe is tried alone to find the cause.
    private void Attach(string name, List<PlannedProbe> probes)
    {
        List<PlannedProbe> possible = probes.FindAll(p => p.Possible);
        foreach (PlannedProbe missing in probes.Except(possible))
            Note(missing, attached: false, missing.Reason);
        if (possible.Count == 0)
            return;
        ThrowIfEnding();

        _ = LibBpfLog.Take(); // discard messages of earlier objects
        BpfObject loaded;
        using (StartSteps.Begin($"open {name}"))
            loaded = BpfObject.Open(name);
        int error;
        using (StartSteps.Begin($"load {name}"))
            error = Load(loaded, possible);
        if (error == 0)
        {
            _objects.Add(loaded);
            _maps.Adopt(loaded);
            foreach (PlannedProbe probe in possible)
            {
                ThrowIfEnding();
                Attach(loaded, probe);
            }
            return;
        }
        loaded.Dispose();
        if (possible.Count > 1)
            possible.ForEach(probe => Attach(name, [probe]));
        else
            GiveWay(possible[0], -error, "load", VerifierLog.Summarize(LibBpfLog.Take()));
    }

    private int Load(BpfObject loaded, List<PlannedProbe> probes)
    {
        int error = 0;
        foreach (PlannedProbe probe in probes)
        {
            string? Target(bool isEnd) => probe.Kind == AttachKind.Fentry ? AttachedProbe.Target(probe.Probe, isEnd) : null;
            (string begin, string? end) = AttachedProbe.Programs(probe);
            error = error != 0 ? error : loaded.Want(begin, Target(false));
            error = error != 0 || end is null ? error : loaded.Want(end, Target(true));
        }
        if (error != 0)
            return error;
        loaded.ShareMaps(_maps);
        return loaded.Load();
    }

    private void Attach(BpfObject loaded, PlannedProbe probe)
    {
        using Activity? step = StartSteps.Begin($"attach {probe.Probe.Name}");
        if (AttachedProbe.Attach(loaded, probe, _returns, out int errno) is { } attached)
        {
            _attached.Add(attached);
            _everAttached.Add(probe.Probe.Name);
            Note(probe, attached: true, probe.Reason);
        }
        else
        {
            GiveWay(probe, errno, "attach");
        }
    }

    // Fall back from fentry to kprobe, unless fentry was forced.
    private void GiveWay(PlannedProbe probe, int errno, string what, string? because = null)
    {
        string error = $"{probe.Kind} did not {what}: {Marshal.GetPInvokeErrorMessage(errno)}{(because is null ? "" : $" ({because})")}";
        if (errno == Errno.EPERM)
            throw new BpfException(
                "the kernel does not let us trace: run as root (CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN), " +
                "and see whether lockdown is on (/sys/kernel/security/lockdown)", LibBpfLog.Take());
        if (probe is { Kind: AttachKind.Fentry, Forced: false })
            Attach(probe.Probe.Object, [probe with { Kind = AttachKind.Kprobe, Reason = error }]);
        else
            Note(probe, attached: false, error);
    }

    private void Note(PlannedProbe probe, bool attached, string reason)
    {
        var status = new ProbeStatus(
            probe.Probe.Name, probe.Probe.Symbol, probe.Kind, attached, probe.Probe.Essential, 0, reason,
            probe.Waiting ? probe.Probe.Module : null);
        int known = _status.FindIndex(s => s.Name == status.Name);
        if (known < 0)
            _status.Add(status); // in the order of the plan
        else
            _status[known] = status with { Missed = _status[known].Missed, Limited = _status[known].Limited };
    }
}
