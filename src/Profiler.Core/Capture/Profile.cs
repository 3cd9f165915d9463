using System.Collections.Immutable;
using System.Reactive.Linq;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Core.Problems;
using Profiler.Core.Recording;
using Profiler.Core.Spans;

namespace Profiler.Core.Capture;

/// <summary>
/// A source of events and the pipeline they run through. Who wants to hear of every event subscribes before
/// <see cref="Start"/>; who wants to know how things stand asks for <see cref="State"/>, on any thread.
/// </summary>
public sealed class Profile : IDisposable
{
    private static readonly TimeSpan TickPeriod = TimeSpan.FromSeconds(1);

    private readonly IEventSource _source;
    private readonly TimeProvider _time;
    private readonly Pipeline _pipeline;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _ticker;
    private Thread? _thread;
    private Exception? _error;
    private long _endedNs;

    /// <param name="source">Disposed with this.</param>
    /// <param name="time">Whose timers tick.</param>
    /// <param name="sinks">Made for this profile: hear what is over.</param>
    public Profile(IEventSource source, TimeProvider time, params ReadOnlySpan<Func<Profile, ISink>> sinks)
    {
        (_source, _time) = (source, time);
        var all = new List<ISink>();
        if (source.Learner is { } learner)
            all.Add(learner);
        foreach (Func<Profile, ISink> sink in sinks)
            all.Add(sink(this));
        _pipeline = new Pipeline(
            // What is under way when there are no more records lasts until now, not until the last of them.
            source.Records.Do(_ => { }, () => _pipeline!.EndsAt(source.NowNs)), source.Info.EndsWatched, source.Info.StartNs,
            all.ToArray());
    }

    /// <summary>What was known when the capture began.</summary>
    public CaptureInfo Info => _source.Info;

    /// <summary>The events as they come, before the pipeline; a batch must not outlive OnNext.</summary>
    public IObservable<ReadOnlyMemory<byte>> Records => _source.Records;

    /// <inheritdoc cref="Pipeline.Activities"/>
    public IObservable<Activity> Activities => _pipeline.Activities;

    /// <inheritdoc cref="Pipeline.Shutdowns"/>
    public IObservable<Shutdown> Shutdowns => _pipeline.Shutdowns;

    /// <summary>What is known beside the events; on a live machine it is learned as they come.</summary>
    public HostFacts Facts => _source.Facts;

    /// <summary>Ends when the source does; with its error, if it has one.</summary>
    public Task Completion => _completion.Task;

    /// <summary>What the profiler knows about itself just now.</summary>
    public ProfileHealth Health => HealthOf(_pipeline.Snapshot());

    /// <summary>
    /// What was not seen, may not have been seen or is not known, until now.
    /// </summary>
    public ImmutableArray<Problem> Problems => _source.Problems();

    /// <summary>What the programs cost until now; none if the kernel does not count it, and none for a recording.</summary>
    public ImmutableArray<ProgramCost> Programs() => _source.Programs();

    /// <summary>Whether something that was not seen until now did not happen either.</summary>
    public Evidence Evidence()
    {
        ImmutableArray<ProbeInfo> probes = _source.Probes();
        return Core.Findings.Evidence.Of(probes, CaptureProblems.Of(new CaptureKnowledge(probes, Lost(_source.Counts()), 0, 0, 0, 0, _source.Problems())));
    }

    /// <summary>What time it was at a CLOCK_MONOTONIC of the events, nanoseconds.</summary>
    public DateTimeOffset WallClock(long ns) => Replay
        ? Info.Start.AddTicks((ns - Info.StartNs) / TimeSpan.NanosecondsPerTick)
        // The two clocks drift apart: so from now, not from the start.
        : _time.GetUtcNow().AddTicks((ns - _source.NowNs) / TimeSpan.NanosecondsPerTick);

    /// <summary>What the events amount to just now. Like all questions, not to be asked while this is being stopped.</summary>
    public Snapshot Snapshot() => _pipeline.Snapshot();

    /// <summary>Both, and the rest there is to show.</summary>
    public ProfileState State() => Read(state => state);

    /// <summary>Makes something of the state of one moment; nothing flows until it is made.</summary>
    /// <param name="read">Quick: the events wait for it.</param>
    public T Read<T>(Func<ProfileState, T> read) => _pipeline.Read(snapshot =>
    {
        bool ended = Completion.IsCompleted;
        long nowNs = Math.Max(ended ? Volatile.Read(ref _endedNs) : _source.NowNs, snapshot.NowNs);
        return read(new ProfileState(Info, Replay, ended, nowNs, snapshot, HealthOf(snapshot), Facts)
        {
            Playback = Clock?.Playback,
            Problems = Problems,
        });
    });

    /// <summary>The clock of the recording that is played; null if the events are happening now.</summary>
    public ReplayClock? Clock => _source.Clock;

    /// <inheritdoc cref="Pipeline.ResetCounts"/>
    public void ResetCounts() => _pipeline.ResetCounts();

    /// <summary>Starts the flow: events are handed on by a thread of their own until this is stopped or disposed.</summary>
    public void Start()
    {
        _pipeline.Shutdowns.Subscribe(_ => { }, Fail);
        // Before their events, in a recording as well: it has them in front.
        Facts.Learned += Present;
        foreach (ProcessAtStart process in Facts.AtStart.Values)
            Present(process);
        _pipeline.Connect();
        // A recording's time is that of its events, so that it shows here what it shows in a report.
        if (!Replay)
            _ticker = _time.CreateTimer(_ => _pipeline.Tick(_source.NowNs), null, TickPeriod, TickPeriod);
        _thread = new Thread(Run) { Name = "events", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Ends the flow: a live source detaches its programs, hands on what is left and completes.</summary>
    public async Task Stop()
    {
        await _stop.CancelAsync();
        if (_thread is null)
            return;
        await Completion;
        await _source.Settle();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread?.Join();
        // A tick under way must be over before the pipeline is gone.
        _ticker?.DisposeAsync().AsTask().Wait();
        _pipeline.Dispose();
        _source.Dispose();
        _stop.Dispose();
    }

    private void Present(Fact fact)
    {
        if (fact is ProcessAtStart process)
            _pipeline.AddAtStart(process);
    }

    private bool Replay => Clock is not null;

    // What cannot be understood ends the capture: the source has nobody to hand its events to any more.
    private void Fail(Exception error)
    {
        _error = Replay && error is InvalidDataException
            ? new InvalidDataException($"a damaged recording: {error.Message}", error)
            : error;
        _stop.Cancel();
    }

    private void Run()
    {
        try
        {
            _source.Run(_stop.Token);
        }
#pragma warning disable CA1031 // nobody is above us on this thread: whatever it is, Completion tells it
        catch (Exception e)
#pragma warning restore CA1031
        {
            _error ??= e;
        }
        Volatile.Write(ref _endedNs, _source.NowNs);
        if (_error is InvalidDataException damage)
            _completion.SetException(Replay
                ? UserException.Usage(damage.Message, damage)
                : UserException.NotPossible(damage.Message, damage));
        else if (_error is not null)
            _completion.SetException(_error);
        else
            _completion.SetResult();
    }

    private ProfileHealth HealthOf(Snapshot snapshot)
    {
        ImmutableArray<SourceCount> counts = _source.Counts();
        ImmutableArray<ProbeInfo> probes = _source.Probes();
        return new ProfileHealth(
            probes,
            [
                .. snapshot.Received.Select((received, kind) =>
                {
                    SourceCount? count = counts.Where(c => c.Kind == kind).Select(c => (SourceCount?)c).FirstOrDefault();
                    return new EventHealth(RecordedCapture.KindName(kind), received, count?.Emitted, count?.Lost);
                }).Skip(1),
            ])
        {
            Problems = CaptureProblems.Of(new CaptureKnowledge(
                probes, Lost(counts), snapshot.Unmatched, snapshot.StacksLost, snapshot.BeganBefore, snapshot.Unfinished, Problems)),
        };
    }

    private static IEnumerable<KeyValuePair<string, long>> Lost(ImmutableArray<SourceCount> counts) =>
        counts.Select(c => KeyValuePair.Create(RecordedCapture.KindName(c.Kind), c.Lost));
}
