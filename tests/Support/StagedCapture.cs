using System.Collections.Immutable;
using System.Reactive.Subjects;
using System.Runtime.InteropServices;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Problems;
using Profiler.Core.Recording;
using Profiler.Core.Wire;

namespace Profiler.Tests.Support;

/// <summary>A capture built from event text, with host name, kernel and probes; its clock begins at 0.</summary>
/// <param name="Events">In the format of <see cref="EventText"/>.</param>
internal sealed record StagedCapture(string Events)
{
    /// <summary>All probes of the plan.</summary>
    public ImmutableArray<ProbeInfo> Probes { get; init; } =
    [
        new("release", "vfio_device_fops_release", "fentry", true, 0, "fentry: type information is there", Required: true),
        new("open", "vfio_group_fops_unl_ioctl", "fentry", true, 0, "fentry: type information is there"),
        new("lock", "contention_begin", "tracepoint", true, null, "tracepoint: contended locks only"),
        new("reset_secondary_bus", "pci_reset_secondary_bus", "kprobe", true, 0, "kprobe: no type information"),
        new("signal", "signal_generate", "tracepoint", true, null, "tracepoint: signals and the end of the process"),
    ];

    /// <summary>Events lost, by kind; null if unknown.</summary>
    public IReadOnlyDictionary<EventKind, long>? Lost { get; init; } = new Dictionary<EventKind, long>();

    /// <summary>Lost data and errors that the source reports.</summary>
    public ImmutableArray<Problem> Problems { get; init; } = [];

    /// <summary>Overhead of the capture; null if not known yet.</summary>
    public Overhead? Overhead { get; init; } = new Overhead(0.0041, 0.00018);

    /// <summary>VM names by process id.</summary>
    public IReadOnlyDictionary<int, string> VmNames { get; init; } = new Dictionary<int, string>();

    /// <summary>Other facts that are not events.</summary>
    public IEnumerable<Fact> OtherFacts { get; init; } = [];

    /// <summary>All facts of the capture.</summary>
    public HostFacts Facts
    {
        get
        {
            var all = new HostFacts();
            foreach (Fact fact in VmNames.Select(v => new ProcessIdentity(v.Key, v.Value)).Concat(OtherFacts))
                all.Add(fact);
            return all;
        }
    }

    public CaptureInfo Info =>
        new(WireEvent.Format, "6.12.48-amd64", "host-1", new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero), 0, Probes);

    /// <summary>State of a live capture after all events, when the clock shows the given seconds.</summary>
    /// <param name="listen">Receives the pipeline before the first event.</param>
    public ProfileState StateAt(double seconds, Action<Pipeline>? listen = null)
    {
        using var records = new Subject<ReadOnlyMemory<byte>>(); // never completes, so operations in progress stay so
        using var pipeline = new Pipeline(records, Info.EndsWatched);
        listen?.Invoke(pipeline);
        pipeline.Connect();
        records.OnNext(EventText.Records(Events));
        Snapshot snapshot = pipeline.Snapshot();
        var health = new ProfileHealth(Probes, Counts(snapshot))
        {
            Problems = CaptureProblems.Of(new CaptureKnowledge(
                Probes, Lost?.Select(l => KeyValuePair.Create(EventKindNames.Of((int)l.Key), l.Value)) ?? [],
                snapshot.Unmatched, snapshot.StacksLost, snapshot.BeganBefore, snapshot.Unfinished, Problems)),
        };
        return new ProfileState(Info, Replay: false, Ended: false, (long)(seconds * 1e9), snapshot, health, Facts) { Overhead = Overhead };
    }

    /// <summary>As a recording; if the lost events are unknown, as a truncated one.</summary>
    public byte[] Recording()
    {
        using var file = new MemoryStream();
        using var writer = new RecordingWriter(file);
        writer.Begin(Info);
        foreach (Fact fact in Facts.All)
            writer.Fact(fact);
        ReadOnlyMemory<byte> records = EventText.Records(Events);
        writer.Events(records);
        writer.Flush();
        if (Lost is not null)
        {
            long endNs = records.IsEmpty ? 0 : (long)MemoryMarshal.Cast<byte, WireEvent>(records.Span)[^1].TimeNs;
            IEnumerable<EventCount> counts = StateAt(0).Health.Events
                .Select(e => new EventCount(e.Kind, e.Emitted!.Value, e.Received, e.Lost!.Value));
            writer.End(new CaptureEnd(endNs, [.. counts], Probes));
        }
        return file.ToArray();
    }

    private ImmutableArray<EventHealth> Counts(Snapshot snapshot) =>
    [
        .. Enum.GetValues<EventKind>().Select(kind =>
        {
            long received = snapshot.Received[(int)kind];
            long? lost = Lost?.GetValueOrDefault(kind);
            return new EventHealth(EventKindNames.Of((int)kind), received, received + lost, lost);
        }),
    ];
}
