using System.Collections.Immutable;
using System.Reactive.Linq;
using System.Threading.Channels;
using Profiler.Bpf.Session;
using Profiler.Cli.Identity;
using Profiler.Cli.Report;
using Profiler.Core;
using Profiler.Core.Findings;
using Profiler.Core.Problems;
using Profiler.Core.Recording;
using Profiler.Core.Shutdowns;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Cli.Live;

/// <summary>
/// A source of events and the pipeline they run through. Who wants to hear of every event subscribes before
/// <see cref="Start"/>; who wants to know how things stand asks for <see cref="State"/>, on any thread.
/// </summary>
internal sealed class LiveProfile : IDisposable
{
    private static readonly TimeSpan TickPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LearningPatience = TimeSpan.FromSeconds(10);

    /// <summary>How many may wait to be looked up.</summary>
    internal const int MostWaiting = 256;

    private readonly IEventSource _source;
    private readonly HostIdentities? _identities;
    private readonly TimeProvider _time;
    private readonly Pipeline _pipeline;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _ticker;
    private Task _learning = Task.CompletedTask;
    private Thread? _thread;
    private Exception? _error;
    private long _namesDropped, _namesFailed;
    private string? _failure;
    private long _endedNs;

    /// <param name="source">Disposed with this.</param>
    /// <param name="identities">Learns who the processes and devices are that appear; null if they are not of this machine.</param>
    /// <param name="time">Whose timers tick.</param>
    public LiveProfile(IEventSource source, HostIdentities? identities, TimeProvider time)
    {
        (_source, _identities, _time) = (source, identities, time);
        _pipeline = new Pipeline(
            // What is under way when there are no more records lasts until now, not until the last of them.
            source.Records.Do(_ => { }, () => _pipeline!.EndsAt(source.NowNs)), source.Info.EndsWatched, source.Info.StartNs);
    }

    /// <summary>The kernel we run on, and who there is on its machine just now.</summary>
    /// <exception cref="UserException">Not permitted or not possible here; says what would help.</exception>
    /// <exception cref="OperationCanceledException">It was to end early; nothing stays attached.</exception>
    public static LiveProfile OfThisHost(CaptureOptions options, TimeProvider time, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var identities = new HostIdentities();
        var source = LiveSource.Start(options, identities, cancellation);
        try
        {
            identities.AddressesOfStack = source.KernelStack;
            // After that, so that nobody comes between and is not seen; the events wait in the ring buffer.
            foreach (ProcessAtStart process in identities.Scan(pid => source.Follow(pid)).Where(p => p.Exiting))
                source.Follow(process.Tgid, exits: true);
            cancellation.ThrowIfCancellationRequested();
            return new LiveProfile(source, identities, time);
        }
        catch
        {
            source.Dispose();
            throw;
        }
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
    public Surroundings Surroundings => _source.Surroundings;

    /// <summary>Ends when the source does; with its error, if it has one.</summary>
    public Task Completion => _completion.Task;

    /// <summary>What the profiler knows about itself just now.</summary>
    public ProfileHealth Health => HealthOf(_pipeline.Snapshot());

    /// <summary>
    /// What was not seen, may not have been seen or is not known, until now: of the source, and of who is who.
    /// </summary>
    public ImmutableArray<Problem> Problems => [.. _source.Problems(), .. ProblemsOfNames()];

    /// <summary>What the programs cost until now; none if the kernel does not count it, and none for a recording.</summary>
    public ImmutableArray<ProgramRuns> Programs() => _source.Programs();

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
    /// <param name="alongside">See <see cref="Pipeline.Snapshot"/>.</param>
    public ProfileState State(Action? alongside = null)
    {
        bool ended = Completion.IsCompleted;
        Snapshot snapshot = _pipeline.Snapshot(alongside);
        long nowNs = Math.Max(ended ? Volatile.Read(ref _endedNs) : _source.NowNs, snapshot.NowNs);
        return new ProfileState(Info, Replay, ended, nowNs, snapshot, HealthOf(snapshot), Surroundings)
        {
            Playback = Clock?.Playback,
            Problems = Problems,
        };
    }

    /// <summary>The time of the recording that is played; null if there is none.</summary>
    public ReplayClock? Clock => (_source as ReplaySource)?.Clock;

    /// <inheritdoc cref="Pipeline.ResetCounts"/>
    public void ResetCounts() => _pipeline.ResetCounts();

    /// <summary>Starts the flow: events are handed on by a thread of their own until this is stopped or disposed.</summary>
    public void Start()
    {
        if (_identities is not null)
            _learning = Learn(_identities);
        _pipeline.Shutdowns.Subscribe(_ => { }, Fail);
        // Before their events, in a recording as well: it has them in front.
        Surroundings.Learned += Present;
        foreach (ProcessAtStart process in Surroundings.AtStart.Values)
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
        // The last to appear are learned about too; but a process that does not answer keeps nobody here.
        await Task.WhenAny(_learning, Task.Delay(LearningPatience, _time));
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

    private IEnumerable<Problem> ProblemsOfNames()
    {
        if (Interlocked.Read(ref _namesDropped) is > 0 and var dropped)
            yield return new Problem(ProblemKinds.NamesDropped.Id, dropped);
        if (Interlocked.Read(ref _namesFailed) is > 0 and var failed)
            yield return new Problem(ProblemKinds.NamesFailed.Id, failed, Volatile.Read(ref _failure));
    }

    private void Present(Fact fact)
    {
        if (fact is ProcessAtStart process)
            _pipeline.Present(process);
    }

    private bool Replay => _source is ReplaySource;

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

    // Asking a process for its command line may have to wait for its memory map, which is just what a teardown
    // holds: so not on the thread that empties the ring buffer. If they come too fast the newest may go unasked.
    private Task Learn(HostIdentities identities)
    {
        var appeared = Channel.CreateBounded<Action>(
            new BoundedChannelOptions(MostWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _pipeline.Activities
            .Where(HostIdentities.Concerns)
            .Select(activity => (Action)(() => identities.Learn(activity)))
            .Merge(_pipeline.Shutdowns
                .Where(shutdown => !shutdown.Unreleased.IsEmpty)
                .Select(shutdown => (Action)(() => identities.Learn(shutdown))))
            .Subscribe(
                learning =>
                {
                    if (!appeared.Writer.TryWrite(learning))
                        Interlocked.Increment(ref _namesDropped);
                },
                _ => appeared.Writer.TryComplete(),
                () => appeared.Writer.TryComplete());
        return Task.Run(async () =>
        {
            await foreach (Action learning in appeared.Reader.ReadAllAsync())
                Try(learning);
        });
    }

    // One that cannot be looked up costs nobody else his name.
    private void Try(Action learning)
    {
        try
        {
            learning();
        }
#pragma warning disable CA1031 // whatever it is, it is counted and told
        catch (Exception e)
#pragma warning restore CA1031
        {
            Volatile.Write(ref _failure, Printable.Clean(e.Message));
            Interlocked.Increment(ref _namesFailed);
        }
    }
}
