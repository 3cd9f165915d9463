namespace Profiler.Bpf.Plan;

/// <summary>Attach method requested by the user: the cheapest, or one method forced.</summary>
public enum AttachChoice
{
    Auto,
    Kprobe,
    Fentry,
}

/// <summary>Where lock waits are probed: the cheapest place, or one place forced.</summary>
public enum LockProbeChoice
{
    Auto,

    /// <summary><c>mutex_lock</c> itself, and the slow paths of rw-semaphores.</summary>
    Entry,

    /// <summary><c>__mutex_lock_slowpath</c>, called only if the mutex is held, and the slow paths of rw-semaphores.</summary>
    SlowPath,

    /// <summary>
    /// <c>lock:contention_begin</c> and <c>contention_end</c> (16edd9b511a1 "locking: Add lock contention tracepoints", 5.19).
    /// </summary>
    Tracepoint,
}

/// <summary>How a probe attaches on this kernel, and the reason.</summary>
/// <param name="Probe">The probe.</param>
/// <param name="Kind">Attach method; null if not possible.</param>
/// <param name="Reason">The reason as text, for <c>check</c> and the recording.</param>
public sealed record PlannedProbe(Probe Probe, AttachKind? Kind, string Reason)
{
    /// <summary>The probe can attach now.</summary>
    public bool Possible => Kind is not null;

    /// <summary>The probe becomes possible when its module is loaded: see <see cref="Probe.Module"/>.</summary>
    public bool Waiting { get; init; }

    /// <summary>
    /// Where the function is, for a kprobe: the kernel then need not search its symbols for the name, which before 6.2 (60443c88f3a8
    /// "kallsyms: Improve the performance of kallsyms_lookup_name()") takes longer than all else. A module's may be gone meanwhile. Null:
    /// attach by name.
    /// </summary>
    public ulong? Address { get; init; }

    /// <summary>The user forced this method: there is no fall-back.</summary>
    public bool Forced { get; init; }
}

/// <summary>The kernel features that the plan depends on.</summary>
public interface IKernelOffer
{
    /// <summary>Whether this function exists, in the kernel or in the expected module.</summary>
    bool HasFunction(string name, string? module);

    /// <summary>Address of a function, of the kernel or of the expected module; null if there are several, or if it is hidden.</summary>
    ulong? AddressOf(string name, string? module) => null;

    /// <summary>Why kprobes are not available; null if they are.</summary>
    string? NoKprobes { get; }

    /// <summary>Return probes see only a few concurrent calls: without tracefs the limit cannot be raised.</summary>
    bool FewReturns { get; }

    /// <summary>
    /// A thread may be preempted in kernel mode, and so within an fentry program, which is then skipped for other threads on that CPU.
    /// </summary>
    bool IsPreemptible { get; }

    /// <summary>Whether this module is loaded.</summary>
    bool IsLoaded(string module);

    /// <summary>Whether the layout of this struct is known (BTF of the kernel or of that module).</summary>
    bool HasStruct(string name, string? module);

    /// <summary>Whether its prototype is known (BTF of the kernel or of that module).</summary>
    bool HasPrototype(string name, string? module);

    /// <summary>Whether this tracepoint exists.</summary>
    bool HasTracepoint(string name);
}

/// <summary>
/// Assigns a program to each probe. The plan is made once, from kernel feature checks, before any program is loaded.
/// </summary>
public sealed record AttachPlan(IReadOnlyList<PlannedProbe> Probes)
{
    /// <summary>True if release, lock and reset probes are all possible.</summary>
    public bool Complete => Probes.All(p => p.Possible || !p.Probe.Essential);

    /// <summary>Creates the plan for a kernel.</summary>
    public static AttachPlan Create(IKernelOffer kernel, AttachChoice attach, LockProbeChoice lockProbe) => new(
    [
        DevSets(kernel, Plan.Probes.Release, Plan.Probes.ReleaseBeforeDevSets, attach),
        .. IfAny(kernel, Plan.Probes.Open, attach),
        .. IfAny(kernel, Plan.Probes.Bind, attach),
        DevSets(kernel, Plan.Probes.UserReset, Plan.Probes.UserResetBeforeDevSets, attach),
        .. Locks(kernel, attach, lockProbe),
        .. Plan.Probes.Reset.Select(probe => Function(kernel, probe, attach)),
        .. Plan.Probes.NewerResets.SelectMany(probe => IfAny(kernel, probe, attach)),
        .. Plan.Probes.Trylocks.SelectMany(probe => IfAny(kernel, probe, attach)),
        Tracepoint(kernel, Plan.Probes.Signal, "signals and the end of the process"),
        Tracepoint(kernel, Plan.Probes.Fork, "children inherit devices"),
        .. Plan.Probes.Teardown.Select(probe => Function(kernel, probe, attach)),
        .. Plan.Probes.Unmap.Select(probe => Function(kernel, probe, attach)),
        Either(kernel, Plan.Probes.CoreDump, Plan.Probes.CoreDumpBeforeVfs, attach),
        Either(kernel, Plan.Probes.Power, Plan.Probes.PowerBeforeCore, attach),
        Tracepoint(kernel, Plan.Probes.Exec, "a start begins as a process runs its program"),
        .. Plan.Probes.Start.Select(probe => Function(kernel, probe, attach)),
        .. IfAny(kernel, Plan.Probes.DmaFile, attach),
        Either(kernel, Plan.Probes.Interrupts, Plan.Probes.InterruptsBeforeCore, attach),
        .. Bars(kernel, attach),
        Tracepoint(kernel, Plan.Probes.Module, "tells when probes in modules can be attached, and must be again"),
    ]);

    // A kernel without dev_sets also has the newer function, but its argument does not lead to the lock. A kernel with dev_sets
    // may have no type information; then the function that creates dev_sets identifies it.
    private static PlannedProbe DevSets(IKernelOffer kernel, Probe newer, Probe older, AttachChoice attach)
    {
        bool hasDevSets = !kernel.IsLoaded(newer.Module!) || kernel.HasStruct(newer.NeedsStruct!, newer.Module) ||
            kernel.HasFunction(Plan.Probes.MakesDevSets, newer.Module);
        return Function(kernel, hasDevSets ? newer : older, attach);
    }

    // A kernel that does not have what the probe is to see does not lack the probe.
    private static PlannedProbe[] IfAny(IKernelOffer kernel, Probe probe, AttachChoice attach)
    {
        bool any = (probe.Module is { } module && !kernel.IsLoaded(module)) || kernel.HasFunction(probe.OnlyWith!, probe.Module) ||
            kernel.HasFunction(probe.Symbol, probe.Module);
        return any ? [Function(kernel, probe, attach)] : [];
    }

    private static PlannedProbe Either(IKernelOffer kernel, Probe newer, Probe older, AttachChoice attach) =>
        Function(kernel, kernel.HasFunction(older.Symbol, older.Module) ? older : newer, attach);

    // Kernels before 6.12 have one handler, in either module; later ones another, and one for large pages where they have these.
    private static PlannedProbe[] Bars(IKernelOffer kernel, AttachChoice attach)
    {
        foreach (Probe older in new[] { Plan.Probes.BarAreaBeforeCore, Plan.Probes.BarArea })
        {
            if (kernel.HasFunction(older.Symbol, older.Module))
                return [Function(kernel, older, attach)];
        }
        return [Function(kernel, Plan.Probes.BarPage, attach), .. IfAny(kernel, Plan.Probes.BarHuge, attach)];
    }

    private static PlannedProbe Function(IKernelOffer kernel, Probe probe, AttachChoice attach)
    {
        if (probe.MayBeSplit && kernel.HasFunction(probe.PartSymbol, probe.Module))
            return Function(kernel, probe with { Symbol = probe.PartSymbol, MayBeSplit = false }, attach);
        if (probe.MayLackArguments && kernel.HasFunction(probe.ChangedSymbol, probe.Module))
            return Function(kernel, probe with { Symbol = probe.ChangedSymbol, MayLackArguments = false }, attach);
        if (probe.EndsIn is { } end && !kernel.HasFunction(end, probe.Module))
            return new PlannedProbe(probe, null, $"this kernel has no function {end} (inlined or renamed)");
        if (!kernel.HasFunction(probe.Symbol, probe.Module))
            return probe.Module is { } module && !kernel.IsLoaded(module)
                ? new PlannedProbe(probe, null, $"waiting for module {module} to be loaded") { Waiting = true }
                : new PlannedProbe(probe, null, $"this kernel has no function {probe.Symbol} (inlined or renamed)");
        if (probe.NeedsStruct is { } type && !kernel.HasStruct(type, probe.Module))
            return new PlannedProbe(probe, null, $"module {probe.Module} has no type information (CONFIG_DEBUG_INFO_BTF_MODULES)");
        PlannedProbe Kprobe(string reason) => kernel.NoKprobes is { } no
            ? new PlannedProbe(probe, null, no)
            : new PlannedProbe(probe, AttachKind.Kprobe, reason) { Address = kernel.AddressOf(probe.Symbol, probe.Module) };
        PlannedProbe Fentry(string reason) => new(probe, AttachKind.Fentry, reason);

        bool prototype = kernel.HasPrototype(probe.Symbol, probe.Module);
        return (attach, prototype) switch
        {
            (AttachChoice.Kprobe, _) => Kprobe("as asked for"),
            (AttachChoice.Fentry, true) => Fentry("as asked for") with { Forced = true },
            (AttachChoice.Fentry, false) => new PlannedProbe(
                probe, null, "fentry was asked for, but there is no type information (BTF) for this function"),
            (_, false) => Kprobe("there is no type information (BTF) for fentry"),
            _ when kernel.NoKprobes is { } no => Fentry(no),
            _ when probe.WatchesReturn && kernel.FewReturns =>
                Fentry("without a writable tracefs a return probe sees only a few calls at once; fexit sees all"),
            _ when probe.Hot => Fentry("called often, and cheaper than a kprobe"),
            _ when probe.AtEachEnd && !kernel.IsPreemptible =>
                Fentry("called as each process ends, and cheaper than a kprobe; this kernel is not preemptible, so it is never skipped"),
            _ when probe.AtEachEnd => Kprobe("this kernel is preemptible, and may skip fentry programs"),
            // The call rate is low, so cost does not matter. On a preemptible kernel an fentry program is skipped if it was
            // preempted on the same CPU. While it is attached, its module cannot be unloaded.
            _ => Kprobe("called seldom; unlike fentry it is never skipped and pins no module"),
        };
    }

    private static IEnumerable<PlannedProbe> Locks(IKernelOffer kernel, AttachChoice attach, LockProbeChoice choice)
    {
        PlannedProbe mutexes = Lock(kernel, attach, choice);
        bool seesAll = mutexes.Probe.Symbol == Plan.Probes.LockContention.Symbol;
        return seesAll ? [mutexes] : [mutexes, .. Plan.Probes.RwsemSlowPaths.Select(probe => Function(kernel, probe, attach))];
    }

    private static PlannedProbe Lock(IKernelOffer kernel, AttachChoice attach, LockProbeChoice choice) => choice switch
    {
        LockProbeChoice.Entry => Function(kernel, Plan.Probes.LockEntry, attach),
        LockProbeChoice.SlowPath => Function(kernel, Plan.Probes.LockSlowPath, attach),
        LockProbeChoice.Tracepoint => Tracepoint(kernel, Plan.Probes.LockContention, "contended locks, as asked for"),
        _ when kernel.HasTracepoint(Plan.Probes.LockContention.Symbol) =>
            Tracepoint(kernel, Plan.Probes.LockContention, "contended locks only, cheaper than the function"),
        _ when kernel.HasFunction(Plan.Probes.LockSlowPath.Symbol, null) =>
            Function(kernel, Plan.Probes.LockSlowPath, attach),
        _ => Function(kernel, Plan.Probes.LockEntry, attach),
    };

    private static PlannedProbe Tracepoint(IKernelOffer kernel, Probe probe, string reason) =>
        kernel.HasTracepoint(probe.Symbol)
            ? new PlannedProbe(probe, AttachKind.Tracepoint, reason)
            : new PlannedProbe(probe, null, $"this kernel has no tracepoint {probe.Symbol}");
}
