using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Profiler.Bpf.Kernel;
using Profiler.Bpf.Plan;

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
    private readonly List<EmbeddedObject> _objects = [];
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

    /// <inheritdoc cref="BpfSession.Verified"/>
    public ILookup<string, VerifiedProgram> Verified()
    {
        lock (_gate)
            return _attached.SelectMany(a => a.Verified(), (a, program) => (a.Plan.Probe.Name, program)).ToLookup(v => v.Name, v => v.program);
    }

    /// <summary>
    /// Attaches the possible probes of the plan that are not attached yet. A probe that waited for a module is forgotten if the module,
    /// now loaded, has nothing for it to see.
    /// </summary>
    /// <param name="plan">For the running kernel.</param>
    /// <param name="types">Path of the types that the programs read, see <see cref="EmbeddedObject.Open"/>.</param>
    /// <param name="modules">The modules for which the plan was made.</param>
    /// <exception cref="BpfException">The kernel does not permit tracing.</exception>
    public void CarryOut(AttachPlan plan, string types, ModuleStates modules)
    {
        lock (_gate)
        {
            _status.RemoveAll(s => Find(s.Name) is null && plan.Probes.All(p => p.Probe.Name != s.Name));
            foreach (PlannedProbe unknown in plan.Probes.Where(p => _status.All(s => s.Name != p.Probe.Name)))
                Note(unknown, attached: false, unknown.Reason);
            Attach(plan.Probes.Where(p => Find(p.Probe.Name) is null).GroupBy(p => p.Probe.Object), types, modules);
        }
    }

    /// <summary>Detaches all probes; their counts of missed runs are kept.</summary>
    public void Detach() => DetachWhere(_ => true);

    /// <summary>Detaches the probes on functions of modules that have gone: the kernel has disarmed them.</summary>
    public void DetachFrom(IReadOnlySet<string> modules) => DetachWhere(p => p.Plan.Probe.Module is { } module && modules.Contains(module));

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= Close;
        _closing = true; // a thread that is attaching stops and releases the lock
        lock (_gate)
        {
            Detach();
            _returns?.Dispose();
            foreach (EmbeddedObject loaded in _objects)
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

    // The first object creates the maps that the others share; it is the one with the fewest probes. The others are loaded and
    // attached side by side: the time goes into type information, the verifier and the patching of the kernel's code.
    private void Attach(IEnumerable<IGrouping<string, PlannedProbe>> objects, string types, ModuleStates modules)
    {
        List<(ObjectAttachment Attachment, PlannedProbe[] Probes)> starts =
        [
            .. objects.OrderBy(o => o.Count()).Select(o => (new ObjectAttachment(o.Key, types, modules, _maps, _returns, ThrowIfEnding), o.ToArray())),
        ];
        try
        {
            int first = 0;
            for (; first < starts.Count && !_maps.Exist; first++)
                starts[first].Attachment.Run(starts[first].Probes);
            var errors = new ConcurrentQueue<ExceptionDispatchInfo>();
            Parallel.ForEach(starts.Skip(first), start =>
            {
                try
                {
                    start.Attachment.Run(start.Probes);
                }
#pragma warning disable CA1031 // thrown again below, when all have ended
                catch (Exception e)
#pragma warning restore CA1031
                {
                    errors.Enqueue(ExceptionDispatchInfo.Capture(e));
                }
            });
            if (errors.TryDequeue(out ExceptionDispatchInfo? error))
                error.Throw();
        }
        finally
        {
            starts.ForEach(start => TakeOver(start.Attachment));
        }
    }

    private void TakeOver(ObjectAttachment attachment)
    {
        _objects.AddRange(attachment.Loaded);
        _attached.AddRange(attachment.Attached);
        _everAttached.UnionWith(attachment.Attached.Select(a => a.Plan.Probe.Name));
        foreach ((PlannedProbe probe, bool attached, string reason) in attachment.Results)
            Note(probe, attached, reason);
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
