using System.Collections.Immutable;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Profiler.Core.Facts;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core;

/// <summary>
/// The way of an event, from top to bottom: records → events → activities → shutdowns and histograms →
/// snapshots. Live records and those of a recording enter alike; nothing here knows which.
/// </summary>
public sealed class Pipeline : IDisposable
{
    private const int RecentShutdowns = 64;

    // Records come from one thread, ticks and questions from others; what they touch is touched under this.
    private readonly object _gate = new();
    private readonly EventDecoder _decoder = new();
    private readonly SpanAssembler _spans;
    private readonly ShutdownTracker _tracker;
    private readonly ImmutableArray<ISink> _sinks;
    private Distributions _distributions = new();
    private DeviceStatistics _devices = new();
    private LockStatistics _locks = new();
    private readonly LinkedList<Shutdown> _recent = [];
    private long _endNs, _beganBefore, _unfinished;
    private readonly Subject<long> _clock = new();
    private readonly CompositeDisposable _subscriptions = [];
    private readonly IConnectableObservable<Activity> _activities;
    private readonly IConnectableObservable<Shutdown> _shutdowns;

    /// <param name="records">Batches of wire events, back to back; a batch need not outlive OnNext.</param>
    /// <param name="watched">What of the end of a process can be seen.</param>
    /// <param name="attachedNs">When all probes were in place, CLOCK_MONOTONIC: what began before may lack some of its parts.</param>
    /// <param name="sinks">Hear what is over.</param>
    public Pipeline(IObservable<ReadOnlyMemory<byte>> records, EndsWatched watched, long attachedNs = 0, params ReadOnlySpan<ISink> sinks)
    {
        _sinks = [.. sinks];
        _spans = new SpanAssembler(attachedNs);
        _tracker = new ShutdownTracker(watched, attachedNs);

        _activities = records
            .Synchronize(_gate)
            .Select(_decoder.Decode)
            .SelectMany(_spans.Assemble)
            .Publish();

        _shutdowns = _activities
            .SelectMany(activity => _tracker.Follow(activity, _spans.IsBusy))
            .Merge(_clock.Synchronize(_gate).TakeUntil(_activities.LastOrDefaultAsync()).SelectMany(Expire))
            .Concat(Observable.Defer(() => Flush().ToObservable()))
            .Publish();

        _subscriptions.Add(_activities.Subscribe(Count, Ignore));
        _subscriptions.Add(_shutdowns.Subscribe(Remember, Ignore));
    }

    /// <summary>What is over: operations, lone resets, signals, deaths; in the order in which it ended.</summary>
    public IObservable<Activity> Activities => _activities;

    /// <summary>Shutdowns, each when it is over; at the end of the records also those that are not.</summary>
    public IObservable<Shutdown> Shutdowns => _shutdowns;

    /// <summary>Starts the flow, when all who want to listen have subscribed.</summary>
    public void Connect()
    {
        _subscriptions.Add(_shutdowns.Connect());
        _subscriptions.Add(_activities.Connect());
    }

    /// <summary>Tells the time when no events do: shutdowns that have been quiet for long are concluded.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public void Tick(long nowNs) => _clock.OnNext(nowNs);

    /// <summary>All there is to know at this moment.</summary>
    public Snapshot Snapshot() => Read(snapshot => snapshot);

    /// <summary>Makes something of all there is to know at this moment; nothing flows until it is made.</summary>
    /// <param name="read">Quick: the events wait for it.</param>
    public T Read<T>(Func<Snapshot, T> read)
    {
        lock (_gate)
        {
            return read(new Snapshot(
                _spans.LatestNs, _spans.InFlight(), _spans.TeardownsInFlight(), _tracker.InFlight(_spans, _spans.LatestNs), [.. _recent],
                _distributions.Snapshot(), _devices.Snapshot(), _locks.Snapshot(),
                [.. _decoder.Received], _spans.Unmatched, _spans.StacksLost)
            {
                BeganBefore = _beganBefore,
                Unfinished = _unfinished,
                Accumulated = [.. _sinks.OfType<IAccumulator>().Select(a => a.Snapshot())],
            });
        }
    }

    /// <summary>A process had to do with devices before anybody watched. To be told before its events.</summary>
    public void AddAtStart(ProcessAtStart process)
    {
        lock (_gate)
            _tracker.AddAtStart(process);
    }

    /// <summary>When the capture ended, to be told before the records do; else it is when the last event came.</summary>
    /// <param name="ns">CLOCK_MONOTONIC.</param>
    public void EndsAt(long ns) => _endNs = ns;

    /// <summary>Histograms and the figures of devices and locks begin anew; shutdowns and what is in flight stay.</summary>
    public void ResetCounts()
    {
        lock (_gate)
            (_distributions, _devices, _locks) = (new Distributions(), new DeviceStatistics(), new LockStatistics());
    }

    public void Dispose()
    {
        _subscriptions.Dispose();
        _clock.Dispose();
    }

    private IEnumerable<Shutdown> Flush() => _tracker.Flush(_spans, Math.Max(_endNs, _spans.LatestNs));

    private IEnumerable<Shutdown> Expire(long nowNs) => _tracker.Expire(nowNs, _spans.IsBusy);

    private void Count(Activity activity)
    {
        _distributions.Record(activity);
        if (activity is Operation operation)
        {
            _devices.Record(operation);
            _locks.Record(operation);
        }
        foreach (ISink sink in _sinks)
            sink.Record(activity);
    }

    private void Remember(Shutdown shutdown)
    {
        _distributions.Record(shutdown);
        _beganBefore += shutdown.BeganBefore ? 1 : 0;
        _unfinished += shutdown.Unfinished ? 1 : 0;
        _recent.AddFirst(shutdown);
        if (_recent.Count > RecentShutdowns)
            _recent.RemoveLast();
        foreach (ISink sink in _sinks)
            sink.Record(shutdown);
    }

    // Whoever subscribed hears of the error; our own bookkeeping has nothing to add.
    private static void Ignore(Exception error) { }
}
