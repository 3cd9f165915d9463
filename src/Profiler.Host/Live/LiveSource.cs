using System.Collections.Immutable;
using Profiler.Bpf;
using Profiler.Bpf.Plan;
using Profiler.Bpf.Session;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Problems;
using Profiler.Core.Recording;
using Profiler.Core.Wire;
using Profiler.Host.Pci;

namespace Profiler.Host.Live;

/// <summary>Events of the kernel we run on.</summary>
public sealed class LiveSource : IEventSource
{
    private readonly BpfSession _session;
    private readonly HostIdentities _identities;
    private readonly IdentityLearner _learner;

    private LiveSource(BpfSession session, CaptureInfo info, HostIdentities identities, TimeProvider time)
    {
        (_session, Info, _identities) = (session, info, identities);
        _learner = new IdentityLearner(
            identities, new StackNames(identities.Facts, session.KernelStack), new DeviceDamages(identities.Facts, new DeviceHealth(new PciSysfs())), time);
    }

    public CaptureInfo Info { get; }

    public IObservable<ReadOnlyMemory<byte>> Records => _session.Records;

    public HostFacts Facts => _identities.Facts;

    public ISink? Learner => _learner;

    public long NowNs => _session.StoppedNs ?? BpfSession.MonotonicNs();

    public long DeliveredUntilNs => _session.StoppedNs ?? _session.DeliveredUntilNs;

    /// <summary>Makes the attach plan, loads and attaches the programs, and finds the processes that use devices now.</summary>
    /// <exception cref="UserException">Not permitted or not possible here; the message says what would help.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing stays attached.</exception>
    public static LiveSource Start(CaptureOptions options, TimeProvider time, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        Privileges.Demand();
        var session = BpfSession.Start(kernel => Plan(options, kernel), options.RingBufferBytes, options.Stacks, options.BpfStats, cancellation);
        var info = new CaptureInfo(
            WireEvent.Format, File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), Environment.MachineName,
            DateTimeOffset.UtcNow.AddTicks((session.StartedNs - BpfSession.MonotonicNs()) / TimeSpan.NanosecondsPerTick), session.StartedNs,
            Describe(session))
        {
            Problems = SessionProblems.Of(session),
            Cpus = OnlineCpus.Count(),
        };
        var source = new LiveSource(session, info, new HostIdentities(), time);
        try
        {
            source.FindPresent();
            cancellation.ThrowIfCancellationRequested();
            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Makes the attach plan for a kernel.</summary>
    public static AttachPlan Plan(CaptureOptions options, IKernelOffer kernel)
    {
        using System.Diagnostics.Activity? step = StartSteps.Begin("plan");
        return AttachPlan.Create(kernel, options.Attach, options.LockProbe);
    }

    public ImmutableArray<ProbeInfo> Probes() => Describe(_session);

    public ImmutableArray<SourceCount> Counts() =>
    [
        .. _session.Counters().Select((count, kind) => new SourceCount(kind, count.Emitted, count.Lost)).Skip(1),
    ];

    public ImmutableArray<Problem> Problems() => [.. SessionProblems.Of(_session), .. _learner.Problems()];

    public ImmutableArray<ProgramCost> Programs() => [.. _session.Programs().Select(p => new ProgramCost(p.Program, p.Runs, p.Ns))];

    public void Run(CancellationToken cancellation) => _session.Run(cancellation);

    public Task Settle() => _learner.Settle();

    public void Dispose()
    {
        _ = _learner.Settle();
        _session.Dispose();
    }

    // After the probes are attached, so that no process is missed in between; the events wait in the ring buffer.
    private void FindPresent()
    {
        using System.Diagnostics.Activity? step = StartSteps.Begin("find processes with devices");
        foreach (ProcessAtStart process in _identities.Scan(pid => _session.Follow(pid)).Where(p => p.Exiting))
            _session.Follow(process.Tgid, exits: true);
        _learner.Begin();
    }

    private static ImmutableArray<ProbeInfo> Describe(BpfSession session) =>
    [
        .. session.Status().Select(s => new ProbeInfo(
            s.Name, s.Symbol, s.Kind?.ToString().ToLowerInvariant(), s.Attached, s.Missed, s.Reason, s.WaitsFor, s.Essential)),
    ];
}
