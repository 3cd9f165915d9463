using System.Collections.Immutable;
using System.Reactive.Linq;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Problems;
using Profiler.Core.Recording;
using Profiler.Core.Spans;

namespace Profiler.Core.Capture;

/// <summary>
/// A source of events and its pipeline. Subscribers to every event subscribe before
/// <see cref="Start"/>; <see cref="State"/> returns the current state, on any thread.
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
    /// <param name="time">The clock and its timers.</param>
    /// <param name="sinks">Created for this profile; they receive ended activities and shutdowns.</param>
    public Profile(IEventSource source, TimeProvider time, params ReadOnlySpan<Func<Profile, ISink>> sinks)
    {
        (_source, _time) = (source, time);
        var all = new List<ISink>();
        if (source.Learner is { } learner)
            all.Add(learner);
        foreach (Func<Profile, ISink> sink in sinks)
            all.Add(sink(this));
        _pipeline = new Pipeline(
            // Operations in progress at the end of the records last until now, not until the last record.
            source.Records.Do(_ => { }, () => _pipeline!.EndsAt(source.NowNs)), source.Info.EndsWatched, source.Info.StartNs,
            all.ToArray());
    }

    /// <summary>Facts from the start of the capture.</summary>
    public CaptureInfo Info => _source.Info;

    /// <summary>The raw events, before the pipeline; a batch must not outlive OnNext.</summary>
    public IObservable<ReadOnlyMemory<byte>> Records => _source.Records;

    /// <inheritdoc cref="Pipeline.Activities"/>
    public IObservable<Activity> Activities => _pipeline.Activities;

    /// <inheritdoc cref="Pipeline.Shutdowns"/>
    public IObservable<Shutdown> Shutdowns => _pipeline.Shutdowns;

    /// <inheritdoc cref="Pipeline.Starts"/>
    public IObservable<Start> Starts => _pipeline.Starts;

    /// <summary>Facts beside the events; a live capture learns them over time.</summary>
    public HostFacts Facts => _source.Facts;

    /// <summary>Completes when the source completes; carries its error, if any.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Current health of the profiler.</summary>
    public ProfileHealth Health => State().Health;

    /// <summary>
    /// Problems until now: missing data, possibly missing data and unknown facts.
    /// </summary>
    public ImmutableArray<Problem> Problems => _source.Problems();

    /// <summary>Costs of the programs until now; empty if the kernel does not count them, and for a recording.</summary>
    public ImmutableArray<ProgramCost> Programs() => _source.Programs();

    /// <summary>Whether the capture can prove that an unseen event did not happen.</summary>
    public Evidence Evidence()
    {
        ImmutableArray<ProbeInfo> probes = _source.Probes();
        return Core.Findings.Evidence.Of(probes, CaptureProblems.Of(new CaptureKnowledge(probes, Lost(_source.Counts()), 0, 0, 0, 0, _source.Problems())));
    }

    /// <summary>Wall-clock time of a CLOCK_MONOTONIC timestamp of the events, nanoseconds.</summary>
    public DateTimeOffset WallClock(long ns) => Replay
        ? Info.Start.AddTicks((ns - Info.StartNs) / TimeSpan.NanosecondsPerTick)
        // The two clocks drift apart: so relative to now, not to the start.
        : _time.GetUtcNow().AddTicks((ns - _source.NowNs) / TimeSpan.NanosecondsPerTick);

    /// <summary>Snapshot, health and facts of one moment. Must not be called during <see cref="Stop"/>, like all reads.</summary>
    public ProfileState State() => Read(state => state);

    /// <summary>Computes something from the state of one moment, while the flow waits.</summary>
    /// <param name="read">Must be quick: the events wait for it.</param>
    public T Read<T>(Func<ProfileState, T> read)
    {
        // System calls, and a wait while probes are being attached: events must not wait for them. In this order: what has ended
        // has its final probes and problems.
        bool ended = Completion.IsCompleted;
        (ImmutableArray<ProbeInfo> probes, ImmutableArray<Problem> problems) = (_source.Probes(), _source.Problems());
        return _pipeline.Read(
            // Of the time after that nothing is known yet: a reset that looks as if it went on may be over.
            () => ended ? Volatile.Read(ref _endedNs) : _source.DeliveredUntilNs,
            snapshot => read(new ProfileState(Info, Replay, ended, snapshot.NowNs, snapshot, HealthOf(snapshot, probes, problems), Facts)
            {
                Playback = Clock?.Playback,
                Problems = problems,
            }));
    }

    /// <summary>The playback clock of the recording; null for a live source.</summary>
    public ReplayClock? Clock => _source.Clock;

    /// <inheritdoc cref="Pipeline.ResetCounts"/>
    public void ResetCounts() => _pipeline.ResetCounts();

    /// <summary>Starts the flow: a separate thread delivers events until this is stopped or disposed.</summary>
    public void Start()
    {
        _pipeline.Shutdowns.Subscribe(_ => { }, Fail);
        // Before their events, also in a recording: it has these facts at its beginning.
        Facts.Learned += Present;
        foreach (ProcessAtStart process in Facts.AtStart.Values)
            Present(process);
        _pipeline.Connect();
        // A recording uses the time of its events, so that the view shows the same values as a report.
        if (!Replay)
            _ticker = _time.CreateTimer(_ => _pipeline.Tick(_source.DeliveredUntilNs), null, TickPeriod, TickPeriod);
        _thread = new Thread(Run) { Name = "events", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Ends the flow: a live source detaches its programs, delivers the remaining events and completes.</summary>
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
        // A tick in progress must end before the pipeline is disposed.
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

    // An invalid record ends the capture: the pipeline no longer accepts events from the source.
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
#pragma warning disable CA1031 // top of this thread: Completion reports every error
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

    private ProfileHealth HealthOf(Snapshot snapshot, ImmutableArray<ProbeInfo> probes, ImmutableArray<Problem> problems)
    {
        ImmutableArray<SourceCount> counts = _source.Counts();
        return new ProfileHealth(
            probes,
            [
                .. snapshot.Received.Select((received, kind) =>
                {
                    SourceCount? count = counts.Where(c => c.Kind == kind).Select(c => (SourceCount?)c).FirstOrDefault();
                    return new EventHealth(EventKindNames.Of(kind), received, count?.Emitted, count?.Lost);
                }).Skip(1),
            ])
        {
            Problems = CaptureProblems.Of(new CaptureKnowledge(
                probes, Lost(counts), snapshot.Unmatched, snapshot.StacksLost, snapshot.BeganBefore, snapshot.Unfinished, problems)
            {
                StartsBeganBefore = snapshot.StartsBeganBefore,
                StartsUnfinished = snapshot.StartsUnfinished,
            }),
        };
    }

    private static IEnumerable<KeyValuePair<string, long>> Lost(ImmutableArray<SourceCount> counts) =>
        counts.Select(c => KeyValuePair.Create(EventKindNames.Of(c.Kind), c.Lost));
}
