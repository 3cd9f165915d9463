using System.Collections.Immutable;
using System.Reactive.Subjects;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Problems;
using Profiler.Core.Recording;
using Profiler.Host.Pci;
using Profiler.Tests.Support;

namespace Profiler.Host.Tests.Identity;

/// <summary>A kernel that has a few events to tell, then no more.</summary>
internal sealed class FakeSource(
    string events, HostIdentities identities, Func<int, ImmutableArray<ulong>>? addressesOfStack = null, DeviceHealth? health = null) : IEventSource
{
    private readonly Subject<ReadOnlyMemory<byte>> _records = new();
    private readonly IdentityLearner _learner = new(
        identities, new StackNames(identities.Facts, addressesOfStack ?? (_ => [])),
        new DeviceDamages(identities.Facts, health ?? new DeviceHealth(new PciSysfs("/nonexistent"), () => { })), TimeProvider.System);

    public CaptureInfo Info { get; } = new StagedCapture("").Info;

    public IObservable<ReadOnlyMemory<byte>> Records => _records;

    public HostFacts Facts => identities.Facts;

    public long NowNs => 0;

    public ISink Learner => _learner;

    public Task Settle() => _learner.Settle();

    public ImmutableArray<ProbeInfo> Probes() => Info.Probes;

    public ImmutableArray<SourceCount> Counts() => [];

    public bool GoesOn { get; init; }

    /// <summary>What goes wrong after its events.</summary>
    public Exception? Error { get; init; }

    public ImmutableArray<Problem> Wrong { get; init; } = [];

    public ImmutableArray<Problem> Problems() => [.. Wrong, .. _learner.Problems()];

    public void Run(CancellationToken cancellation)
    {
        if (events.Length > 0)
            _records.OnNext(EventText.Records(events));
        if (Error is not null)
            throw Error;
        if (GoesOn)
            cancellation.WaitHandle.WaitOne();
        _records.OnCompleted();
    }

    public void Dispose() => _records.Dispose();
}
