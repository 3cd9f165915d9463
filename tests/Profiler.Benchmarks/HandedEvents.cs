using System.Collections.Immutable;
using System.Reactive.Subjects;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Recording;
using Profiler.Core.Wire;

namespace Profiler.Benchmarks;

/// <summary>A kernel that tells what it is given to tell.</summary>
internal sealed class HandedEvents : IEventSource
{
    private static readonly ImmutableArray<ProbeInfo> All =
    [
        .. new[] { "release", "open", "signal", "reaped" }.Select(name => new ProbeInfo(name, name, "kprobe", true, 0, "")),
    ];

    private readonly Subject<ReadOnlyMemory<byte>> _records = new();

    public CaptureInfo Info { get; } = new(WireEvent.Format, "6.12", "host-1", DateTimeOffset.UnixEpoch, 0, All);

    public IObservable<ReadOnlyMemory<byte>> Records => _records;

    public HostFacts Facts { get; set; } = new();

    public long NowNs { get; set; } = 1_000_000_000;

    public ImmutableArray<ProbeInfo> Probes() => All;

    public ImmutableArray<SourceCount> Counts() => [];

    public void Hand(ReadOnlyMemory<byte> batch) => _records.OnNext(batch);

    public void Run(CancellationToken cancellation) => cancellation.WaitHandle.WaitOne();

    public void Dispose() => _records.Dispose();
}
