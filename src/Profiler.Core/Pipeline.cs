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
/// The data flow, from top to bottom: records → events → activities → shutdowns and histograms → snapshots. The same for live
/// records and for a recording.
/// </summary>
public sealed class Pipeline : IDisposable
{
    private const int RecentShutdowns = 64;

    // Records come from one thread, ticks and reads from others: the lock protects all state.
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
    /// <param name="watched">Which parts of a process end the probes can see.</param>
    /// <param name="attachedNs">When all probes were attached, CLOCK_MONOTONIC: earlier operations may be incomplete.</param>
    /// <param name="sinks">Receive activities and shutdowns.</param>
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

    /// <summary>Activities that have ended, in the order of their ends.</summary>
    public IObservable<Activity> Activities => _activities;

    /// <summary>Shutdowns, each when it has ended; at the end of the records also those in progress.</summary>
    public IObservable<Shutdown> Shutdowns => _shutdowns;

    /// <summary>Starts the flow; subscribe first.</summary>
    public void Connect()
    {
        _subscriptions.Add(_shutdowns.Connect());
        _subscriptions.Add(_activities.Connect());
    }

    /// <summary>Advances the time without events: ends shutdowns after a long idle time.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public void Tick(long nowNs) => _clock.OnNext(nowNs);

    /// <summary>The state of this moment.</summary>
    public Snapshot Snapshot() => Read(snapshot => snapshot);

    /// <summary>Computes a value from a snapshot, while the flow waits.</summary>
    /// <param name="read">Must be quick.</param>
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

    /// <summary>Adds a process that had devices when the capture began; must be called before its events.</summary>
    public void AddAtStart(ProcessAtStart process)
    {
        lock (_gate)
            _tracker.AddAtStart(process);
    }

    /// <summary>Sets the end of the capture, before the records end; by default it is the time of the last event.</summary>
    /// <param name="ns">CLOCK_MONOTONIC.</param>
    public void EndsAt(long ns) => _endNs = ns;

    /// <summary>Clears the histograms and the figures of devices and locks; keeps shutdowns and operations in progress.</summary>
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

    // Subscribers receive the error too; nothing to do here.
    private static void Ignore(Exception error) { }
}
