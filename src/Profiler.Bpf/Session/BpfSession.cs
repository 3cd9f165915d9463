using System.Runtime.InteropServices;
using Profiler.Bpf.Native;
using Profiler.Bpf.Plan;

namespace Profiler.Bpf.Session;

/// <summary>
/// A plan carried out: programs loaded and attached, records flowing. A probe that cannot be had costs
/// that probe only, and its status says why.
/// </summary>
public sealed class BpfSession : IDisposable
{
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(100);

    private readonly SharedMaps _maps;
    private readonly List<BpfObject> _objects = [];
    private readonly List<AttachedProbe> _attached = [];
    private readonly List<ProbeStatus> _status = [];
    private RingBufferReader? _reader;

    private BpfSession(uint ringBufferBytes) => _maps = new SharedMaps(ringBufferBytes);

    /// <summary>Loads and attaches all that the plan found possible.</summary>
    /// <param name="plan">What goes where.</param>
    /// <param name="ringBufferBytes">A power of two, at least 4096.</param>
    /// <exception cref="BpfException">Nothing at all could be attached; says why.</exception>
    public static BpfSession Start(AttachPlan plan, uint ringBufferBytes)
    {
        LibBpfLog.Capture();
        var session = new BpfSession(ringBufferBytes);
        try
        {
            foreach (IGrouping<string, PlannedProbe> sameObject in plan.Probes.GroupBy(p => p.Probe.Object))
                session.Attach(sameObject.Key, [.. sameObject]);
            session._reader = new RingBufferReader(session._maps.Find(SharedMaps.Events)
                ?? throw new BpfException("none of the probes could be loaded: " + session._status[0].Reason));
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
    public IReadOnlyList<ProbeStatus> Status() =>
        [.. _status.Select(s => s with { Missed = _attached.Find(a => a.Plan.Probe.Name == s.Name)?.Missed() ?? s.Missed })];

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
                reader.Poll(PollTimeout);
            Detach();
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
        Detach();
        _reader?.Dispose();
        foreach (BpfObject loaded in _objects)
            loaded.Dispose();
    }

    private void Detach()
    {
        IReadOnlyList<ProbeStatus> last = Status();
        _status.Clear();
        _status.AddRange(last);
        foreach (AttachedProbe probe in _attached)
            probe.Dispose();
        _attached.Clear();
    }

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
            _maps.Adopt(loaded);
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
            string? target = probe.Kind == AttachKind.Fentry ? probe.Probe.Symbol : null;
            (string begin, string? end) = AttachedProbe.Programs(probe);
            error = error != 0 ? error : loaded.Want(begin, target);
            error = error != 0 || end is null ? error : loaded.Want(end, target);
        }
        if (error != 0)
            return error;
        loaded.ShareMaps(_maps);
        return loaded.Load();
    }

    private void Attach(BpfObject loaded, PlannedProbe probe)
    {
        if (AttachedProbe.Attach(loaded, probe, out int errno) is { } attached)
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
            Attach(probe.Probe.Object, [probe with { Kind = AttachKind.Kprobe, Reason = $"kprobe: {error}" }]);
        else
            Note(probe, attached: false, error);
    }

    private void Note(PlannedProbe probe, bool attached, string reason) => _status.Add(new ProbeStatus(
        probe.Probe.Name, probe.Probe.Symbol, probe.Kind, attached, probe.Probe.Essential, null, reason));
}
