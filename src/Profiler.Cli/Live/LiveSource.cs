using System.Collections.Immutable;
using Profiler.Bpf.Kernel;
using Profiler.Bpf.Plan;
using Profiler.Bpf.Session;
using Profiler.Cli.Identity;
using Profiler.Core.Problems;
using Profiler.Core.Recording;
using Profiler.Core.Wire;

namespace Profiler.Cli.Live;

/// <summary>Events of the kernel we run on.</summary>
internal sealed class LiveSource : IEventSource
{
    private readonly BpfSession _session;
    private readonly HostIdentities _identities;

    private LiveSource(BpfSession session, CaptureInfo info, HostIdentities identities) =>
        (_session, Info, _identities) = (session, info, identities);

    public CaptureInfo Info { get; }

    public IObservable<ReadOnlyMemory<byte>> Records => _session.Records;

    public Surroundings Surroundings => _identities.Surroundings;

    public long NowNs => _session.StoppedNs ?? BpfSession.MonotonicNs();

    /// <summary>Asks the kernel, makes the plan, loads and attaches.</summary>
    /// <exception cref="UserException">Not permitted or not possible here; says what would help.</exception>
    /// <exception cref="OperationCanceledException">It was to end early; nothing stays attached.</exception>
    public static LiveSource Start(CaptureOptions options, HostIdentities identities, CancellationToken cancellation = default)
    {
        Privileges.Demand();
        var session = BpfSession.Start(() => Plan(options), options.RingBufferBytes, options.Stacks, options.BpfStats, cancellation);
        var info = new CaptureInfo(
            WireEvent.Format, File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), Environment.MachineName,
            DateTimeOffset.UtcNow.AddTicks((session.StartedNs - BpfSession.MonotonicNs()) / TimeSpan.NanosecondsPerTick), session.StartedNs,
            Describe(session))
        {
            Problems = SessionProblems.Of(session),
        };
        return new LiveSource(session, info, identities);
    }

    /// <summary>Asks the kernel what it offers, and decides.</summary>
    public static AttachPlan Plan(CaptureOptions options)
    {
        using RunningKernel kernel = RunningKernel.Ask();
        return AttachPlan.Create(kernel, options.Attach, options.LockProbe);
    }

    public ImmutableArray<ProbeInfo> Probes() => Describe(_session);

    public ImmutableArray<SourceCount> Counts() =>
    [
        .. _session.Counters().Select((count, kind) => new SourceCount(kind, count.Emitted, count.Lost)).Skip(1),
    ];

    public ImmutableArray<Problem> Problems() => SessionProblems.Of(_session);

    public ImmutableArray<ProgramRuns> Programs() => _session.Programs();

    /// <summary>Has the end of a process told that had a device open before we came.</summary>
    /// <inheritdoc cref="BpfSession.Follow"/>
    public void Follow(int pid, bool exits = false) => _session.Follow(pid, exits);

    /// <summary>The kernel stack an event has the key of, as addresses, innermost first.</summary>
    public ImmutableArray<ulong> KernelStack(int key) => _session.KernelStack(key);

    public void Run(CancellationToken cancellation) => _session.Run(cancellation);

    public void Dispose() => _session.Dispose();

    private static ImmutableArray<ProbeInfo> Describe(BpfSession session) =>
    [
        .. session.Status().Select(s => new ProbeInfo(
            s.Name, s.Symbol, s.Kind?.ToString().ToLowerInvariant(), s.Attached, s.Missed, s.Reason, s.WaitsFor, s.Essential)),
    ];
}
