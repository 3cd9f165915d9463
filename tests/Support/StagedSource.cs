using System.Collections.Immutable;
using System.Reactive.Subjects;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Recording;

namespace Profiler.Tests.Support;

/// <summary>A live source whose events and time come from the test.</summary>
internal sealed class StagedSource : IEventSource
{
    private readonly Subject<ReadOnlyMemory<byte>> _records = new();

    public CaptureInfo Info { get; init; } = new StagedCapture("").Info;

    public IObservable<ReadOnlyMemory<byte>> Records => _records;

    public HostFacts Facts { get; } = new();

    public long NowNs { get; set; }

    /// <summary>Lost releases.</summary>
    public long Lost { get; set; }

    /// <summary>Delivers events, on this thread.</summary>
    public void Deliver(ReadOnlyMemory<byte> records) => _records.OnNext(records);

    public ImmutableArray<ProbeInfo> Probes() => Info.Probes;

    public ImmutableArray<SourceCount> Counts() => [new SourceCount((int)Core.Wire.EventKind.Release, Lost, Lost)];

    public void Run(CancellationToken cancellation)
    {
        cancellation.WaitHandle.WaitOne();
        _records.OnCompleted();
    }

    public void Dispose() => _records.Dispose();
}
