using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Profiler.Bpf.Native;
using Profiler.Bpf.Plan;

namespace Profiler.Bpf.Session;

/// <summary>
/// The probes of a session: attached, waiting for a module, or not to be had. One that cannot be had costs
/// itself only, and its status says why.
/// </summary>
internal sealed class ProbeSet(SharedMaps maps) : IDisposable
{
    // Status() is asked from other threads than the one that attaches.
    private readonly Lock _gate = new();
    private readonly List<BpfObject> _objects = [];
    private readonly List<AttachedProbe> _attached = [];
    private readonly List<ProbeStatus> _status = [];
    private readonly ReturnProbeEvents? _returns = ReturnProbeEvents.Open();

    /// <summary>Every probe of the plan, in its order, with what it has missed until now.</summary>
    public IReadOnlyList<ProbeStatus> Status()
    {
        lock (_gate)
        {
            IReadOnlyDictionary<string, long>? returns = _returns?.Missed();
            return [.. _status.Select(s => s with { Missed = Find(s.Name)?.Missed(returns) ?? s.Missed })];
        }
    }

    /// <summary>What the attached programs cost until now.</summary>
    public ImmutableArray<ProgramRuns> Programs()
    {
        lock (_gate)
            return [.. _attached.SelectMany(a => a.Runs()).GroupBy(r => r.Program).Select(ProgramRuns.Sum)];
    }

    /// <summary>Attaches what the plan finds possible and is not attached yet.</summary>
    /// <exception cref="BpfException">The kernel does not let us trace at all.</exception>
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

    /// <summary>Detaches all; what they have missed stays known.</summary>
    public void Detach() => DetachWhere(_ => true);

    /// <summary>Detaches the probes on functions of modules.</summary>
    public void DetachModules() => DetachWhere(p => p.Plan.Probe.Module is not null);

    public void Dispose()
    {
        Detach();
        _returns?.Dispose();
        foreach (BpfObject loaded in _objects)
            loaded.Dispose();
    }

    private void DetachWhere(Func<AttachedProbe, bool> which)
    {
        lock (_gate)
        {
            IReadOnlyDictionary<string, long>? returns = _returns?.Missed();
            foreach (AttachedProbe probe in _attached.Where(which).ToList())
            {
                int status = _status.FindIndex(s => s.Name == probe.Plan.Probe.Name);
                _status[status] = _status[status] with { Missed = probe.Missed(returns) };
                probe.Dispose();
                _attached.Remove(probe);
            }
        }
    }

    private AttachedProbe? Find(string name) => _attached.Find(a => a.Plan.Probe.Name == name);

    // One load for all probes of an object is quickest. If it fails, each is tried alone to find the culprit.
    private void Attach(string name, List<PlannedProbe> probes)
    {
        List<PlannedProbe> possible = probes.FindAll(p => p.Possible);
        foreach (PlannedProbe missing in probes.Except(possible))
            Note(missing, attached: false, missing.Reason);
        if (possible.Count == 0)
            return;

        BpfObject loaded = BpfObject.Open(name);
        int error = Load(loaded, possible);
        if (error == 0)
        {
            _objects.Add(loaded);
            maps.Adopt(loaded);
            foreach (PlannedProbe probe in possible)
                Attach(loaded, probe);
            return;
        }
        loaded.Dispose();
        if (possible.Count > 1)
            possible.ForEach(probe => Attach(name, [probe]));
        else
            GiveWay(possible[0], -error, "load");
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
        loaded.ShareMaps(maps);
        return loaded.Load();
    }

    private void Attach(BpfObject loaded, PlannedProbe probe)
    {
        if (AttachedProbe.Attach(loaded, probe, _returns, out int errno) is { } attached)
        {
            _attached.Add(attached);
            Note(probe, attached: true, probe.Reason);
        }
        else
        {
            GiveWay(probe, errno, "attach");
        }
    }

    // What is not to be had as fentry may be had as kprobe, unless fentry was asked for.
    private void GiveWay(PlannedProbe probe, int errno, string what)
    {
        string error = $"{probe.Kind} did not {what}: {Marshal.GetPInvokeErrorMessage(errno)}";
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
            probe.Probe.Name, probe.Probe.Symbol, probe.Kind, attached, probe.Probe.Essential, null, reason,
            probe.Waiting ? probe.Probe.Module : null);
        int known = _status.FindIndex(s => s.Name == status.Name);
        if (known < 0)
            _status.Add(status); // in the plan's order
        else
            _status[known] = status with { Missed = _status[known].Missed };
    }
}
