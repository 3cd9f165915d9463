using System.Globalization;
using System.Runtime.InteropServices;
using Profiler.Bpf.Kernel;
using Profiler.Bpf.Native;
using Profiler.Bpf.Plan;
using Profiler.Linux;

namespace Profiler.Bpf.Session;

/// <summary>An attached probe: the links of its two programs (a tracepoint may have one).</summary>
internal sealed unsafe class AttachedProbe : IDisposable
{
    // The attach method decides where the kernel counts missed runs.
    private enum Counted
    {
        ByProgram,
        ByKprobe,
        ByTracefs,
    }

    // Lengths of struct bpf_prog_info from which the kernel fills in recursion_misses, and verified_insns.
    private const uint WithMisses = 216, WithVerified = 220;

    private static readonly Lazy<uint?> KprobeType = new(() =>
        uint.TryParse(File.ReadAllText("/sys/bus/event_source/devices/kprobe/type"), CultureInfo.InvariantCulture, out uint type) ? type : null);

    private readonly List<(nint Program, BpfLinkHandle Link, Counted Where)> _links = [];
    private readonly ModuleStates _modules;
    private readonly ReturnProbeEvents? _returns;

    private AttachedProbe(PlannedProbe plan, ModuleStates modules, ReturnProbeEvents? returns) =>
        (Plan, _modules, _returns) = (plan, modules, returns);

    public PlannedProbe Plan { get; }

    /// <summary>A return probe that sees only a few concurrent calls; the kernel does not count the others.</summary>
    public bool Limited { get; private set; }

    /// <summary>The begin and end programs of a planned probe; the end may be null.</summary>
    public static (string Begin, string? End) Programs(PlannedProbe plan) => plan.Kind switch
    {
        AttachKind.Fentry => (plan.Probe.Programs + "_fentry", End(plan.Probe, "_fexit", "_end_fentry")),
        AttachKind.Kprobe => (plan.Probe.Programs + "_kprobe", End(plan.Probe, "_kretprobe", "_end_kprobe")),
        _ => (plan.Probe.Symbol, plan.Probe.EndsIn),
    };

    /// <summary>The function to which the begin or end program attaches.</summary>
    public static string Target(Probe probe, bool isEnd) => isEnd && probe.EndsIn is { } other ? other : probe.Symbol;

    private static string? End(Probe probe, string atReturn, string elsewhere) =>
        probe.Instant ? null : probe.Programs + (probe.EndsIn is null ? atReturn : elsewhere);

    /// <summary>Attaches the loaded programs, the end first: an end without a begin is harmless.</summary>
    /// <param name="loaded">The loaded object with its programs.</param>
    /// <param name="plan">How the probe attaches.</param>
    /// <param name="modules">The modules for which the plan was made.</param>
    /// <param name="returns">Creates return probes; null without tracefs.</param>
    /// <param name="errno">The error, if attaching failed.</param>
    /// <returns>Null on failure; then nothing stays attached.</returns>
    public static AttachedProbe? Attach(EmbeddedObject loaded, PlannedProbe plan, ModuleStates modules, ReturnProbeEvents? returns, out int errno)
    {
        (string begin, string? end) = Programs(plan);
        var probe = new AttachedProbe(plan, modules, plan.Kind == AttachKind.Kprobe ? returns : null);
        if ((end is null || probe.Add(loaded, end, true)) && probe.Add(loaded, begin, false))
        {
            errno = 0;
            return probe;
        }
        errno = Marshal.GetLastPInvokeError();
        probe.Dispose();
        return null;
    }

    private bool Add(EmbeddedObject loaded, string name, bool isEnd)
    {
        nint program = loaded[name];
        string target = Target(Plan.Probe, isEnd);
        bool atReturn = isEnd && Plan.Probe.EndsIn is null;
        // The end attaches first. On failure Dispose removes the return probe that was created for it.
        ulong? tracefs = Plan.Kind == AttachKind.Kprobe && atReturn ? AddReturn(target) : null;
        (nint link, Counted where) = Plan.Kind switch
        {
            AttachKind.Fentry => (LibBpf.bpf_program__attach_trace(program), Counted.ByProgram),
            AttachKind.Kprobe when tracefs is { } id => (AttachToTracepoint(program, id), Counted.ByTracefs),
            AttachKind.Kprobe when !isEnd && Plan.Address is { } address && AttachAt(program, address) is not 0 and var at => (at, Counted.ByKprobe),
            AttachKind.Kprobe => (LibBpf.bpf_program__attach_kprobe(program, atReturn, target), Counted.ByKprobe),
            _ => (LibBpf.bpf_program__attach_raw_tracepoint(program, name), Counted.ByProgram),
        };
        var handle = new BpfLinkHandle(link);
        if (handle.IsInvalid)
            return false;
        _links.Add((program, handle, where));
        Limited |= atReturn && where == Counted.ByKprobe && MissedByKprobe(handle) is null;
        return true;
    }

    // Not all kernels may take an address.
    private ulong? AddReturn(string target)
    {
        if (Plan.Address is { } address && _returns?.Add(Plan.Probe.Name, $"0x{address:x}") is { } id)
        {
            if (AddressIsCurrent)
                return id;
            _returns.Remove(Plan.Probe.Name);
        }
        return _returns?.Add(Plan.Probe.Name, target);
    }

    // Asked once the kernel has a probe at the address, and before a program is attached to it: a probe on a module that is still the same
    // will go with that module, so it never sees a call of what is loaded there next.
    private bool AddressIsCurrent => Plan.Probe.Module is not { } module || _modules.IsStill(module);

    private static nint AttachToTracepoint(nint program, ulong id) => Attach(program, LibC.OpenTracepoint(id));

    private nint AttachAt(nint program, ulong address)
    {
        int fd = KprobeType.Value is { } type ? LibC.OpenKprobe(type, address) : -1;
        if (fd < 0 || AddressIsCurrent)
            return Attach(program, fd);
        _ = Posix.close(fd);
        return 0;
    }

    // From here on the link owns the event's file descriptor.
    private static nint Attach(nint program, int fd) => fd < 0 ? 0 : LibBpf.bpf_program__attach_perf_event(program, fd);

    /// <summary>How often the kernel could not run the programs; null if it does not count this per program.</summary>
    /// <param name="returns">Missed return probes, by name.</param>
    public long? Missed(IReadOnlyDictionary<string, long>? returns) =>
        _links.Aggregate((long?)0, (sum, link) => sum + MissedBy(link.Program, link.Link, link.Where, returns));

    // The sum of two counts: hits while the kprobe was busy, and hits whose program could not run beside another program.
    private long? MissedBy(nint program, BpfLinkHandle link, Counted where, IReadOnlyDictionary<string, long>? returns) => where switch
    {
        Counted.ByTracefs => returns?.TryGetValue(Plan.Probe.Name, out long atReturn) is true ? atReturn + (MissedByRecursion(program) ?? 0) : null,
        Counted.ByKprobe => MissedByKprobe(link) + (MissedByRecursion(program) ?? 0),
        _ => MissedByRecursion(program),
    };

    /// <summary>Cost of its programs so far; empty if the kernel does not count it.</summary>
    public IEnumerable<ProgramRuns> Runs() => _links.Select(l => RunsOf(l.Program)).OfType<ProgramRuns>();

    /// <summary>What loading its programs took of the verifier.</summary>
    public IEnumerable<VerifiedProgram> Verified() => _links.Select(l =>
        new VerifiedProgram(NameOf(l.Program), TryGetInfo(l.Program, WithVerified, out BpfProgInfo info) ? info.verified_insns : null));

    private static ProgramRuns? RunsOf(nint program) => TryGetInfo(program, 0, out BpfProgInfo info)
        ? new ProgramRuns(NameOf(program), (long)info.run_cnt, (long)info.run_time_ns)
        : null;

    private static long? MissedByRecursion(nint program) =>
        TryGetInfo(program, WithMisses, out BpfProgInfo info) ? (long)info.recursion_misses : null;

    private static string NameOf(nint program) => Marshal.PtrToStringUTF8(LibBpf.bpf_program__name(program))!;

    // False also if the kernel fills in less than is needed.
    private static bool TryGetInfo(nint program, uint needed, out BpfProgInfo info)
    {
        info = default;
        uint length = (uint)sizeof(BpfProgInfo);
        fixed (BpfProgInfo* filled = &info)
            return LibBpf.bpf_obj_get_info_by_fd(LibBpf.bpf_program__fd(program), filled, &length) == 0 && length >= needed;
    }

    private static long? MissedByKprobe(BpfLinkHandle link)
    {
        var info = new BpfKprobeLinkInfo();
        uint length = (uint)sizeof(BpfKprobeLinkInfo);
        return LibBpf.bpf_obj_get_info_by_fd(LibBpf.bpf_link__fd(link), &info, &length) == 0 &&
               length >= sizeof(BpfKprobeLinkInfo) &&
               info.type == BpfKprobeLinkInfo.BPF_LINK_TYPE_PERF_EVENT &&
               info.perf_event_type is BpfKprobeLinkInfo.BPF_PERF_EVENT_KPROBE or BpfKprobeLinkInfo.BPF_PERF_EVENT_KRETPROBE
            ? (long)info.missed
            : null;
    }

    public void Dispose()
    {
        // Detach the begin first: spans that have begun can still end.
        for (int i = _links.Count - 1; i >= 0; i--)
            _links[i].Link.Dispose();
        _links.Clear();
        _returns?.Remove(Plan.Probe.Name);
    }
}
