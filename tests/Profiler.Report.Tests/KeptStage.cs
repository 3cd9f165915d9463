using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Recording;
using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Report.Tests;

/// <summary>A flight recorder in virtual time, with staged events, whose recordings are read again at once.</summary>
public abstract class KeptStage : IDisposable
{
    private protected static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTime _time = new();
    private readonly List<WireEvent> _all = [];
    private Profile? _profile;
    private protected readonly StagedSource _source = new();
    private protected readonly Store _store = new();
    private protected FlightRecorder? _recorder;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        _recorder?.Dispose();
        _profile?.Dispose();
    }

    private static ReportDocument Report(Stream recording) =>
        ReportBuilder.Build(RecordedCapture.Read(RecordingReader.Open(recording)), ActivityFilter.None, addresses: true);

    private protected ReportDocument Whole()
    {
        using var file = new MemoryStream();
        using var writer = new RecordingWriter(file);
        writer.Begin(_source.Info);
        foreach (Fact fact in _source.Facts.All)
            writer.Fact(fact);
        writer.Events(Bytes(_all));
        writer.End(new CaptureEnd(_source.NowNs, [], _source.Info.Probes));
        file.Position = 0;
        return Report(file);
    }

    private protected void Record(KeepRules rules)
    {
        _profile = new Profile(_source, _time);
        _recorder = new FlightRecorder(_profile, rules, _store, _time);
        _recorder.Start();
        _profile.Start();
    }

    private protected void Happens(string events) => Happens(EventText.Parse(events));

    private protected void Happens(IEnumerable<WireEvent> events)
    {
        WireEvent[] batch = [.. events];
        if (batch.Length == 0)
            return;
        _all.AddRange(batch);
        _source.Deliver(Bytes(batch));
        _source.NowNs = Math.Max(_source.NowNs, (long)batch[^1].TimeNs);
    }

    private static byte[] Bytes(IEnumerable<WireEvent> events) => MemoryMarshal.AsBytes<WireEvent>(events.ToArray()).ToArray();

    private protected void Pass(TimeSpan time, ulong? untilNs = null)
    {
        _source.NowNs = untilNs is { } ns ? (long)ns : _source.NowNs + (long)time.TotalNanoseconds;
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += Second)
            _time.Advance(Second);
    }

    private protected sealed class Store : IKeptRecordings
    {
        public List<(KeptLife Life, ReportDocument Report)> Kept { get; } = [];

        public KeptCounts Counts => new(Kept.Count, 0, 0);

        public ImmutableArray<KeptRecording> Newest => [];

        public void Refresh()
        {
        }

        /// <summary>How many will fail, as on a full disk.</summary>
        public int Failing { get; set; }

        public string? Keep(KeptLife life, Action<Stream> write)
        {
            if (Failing-- > 0)
                return null;
            using var file = new MemoryStream();
            write(file);
            file.Position = 0;
            Kept.Add((life, Report(file)));
            return $"kept-{Kept.Count}";
        }
    }
}
