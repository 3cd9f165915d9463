using System.Collections.Immutable;
using System.Reactive.Subjects;
using Profiler.Core.Facts;
using Profiler.Core.Histograms;
using Profiler.Core.Lives;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Core;

/// <summary>
/// The data flow, from top to bottom: records → events → activities → shutdowns, starts and histograms → snapshots. The same for live
/// records and for a recording.
/// </summary>
public sealed class Pipeline : IDisposable
{
    private const int RecentShutdowns = 64, RecentStarts = 64;

    // Records come from one thread, ticks and reads from others: the lock protects all state.
    private readonly object _gate = new();
    private readonly EventDecoder _decoder = new();
    private readonly SpanAssembler _spans;
    private readonly ShutdownTracker _tracker;
    private readonly StartTracker _starting;
    private readonly ImmutableArray<ISink> _sinks;
    private Distributions _distributions = new();
    private DeviceStatistics _devices = new();
    private LockStatistics _locks = new();
    private readonly LinkedList<Shutdown> _recent = [];
    private readonly LinkedList<Start> _recentStarts = [];
    private long _endNs, _beganBefore, _unfinished, _startsBeganBefore, _startsUnfinished;
    private readonly IObservable<ReadOnlyMemory<byte>> _records;
    private readonly Subject<Activity> _activities = new();
    private readonly Subject<Shutdown> _shutdowns = new();
    private readonly Subject<Start> _starts = new();
    private readonly Func<int, bool> _isBusy;
    private IDisposable? _subscription;
    private bool _ended;

    /// <param name="records">Batches of wire events, back to back; a batch need not outlive OnNext.</param>
    /// <param name="watched">Which parts of a process end the probes can see.</param>
    /// <param name="attachedNs">When all probes were attached, CLOCK_MONOTONIC: earlier operations may be incomplete.</param>
    /// <param name="sinks">Receive activities and shutdowns.</param>
    public Pipeline(IObservable<ReadOnlyMemory<byte>> records, EndsWatched watched, long attachedNs = 0, params ReadOnlySpan<ISink> sinks)
    {
        (_records, _sinks) = (records, [.. sinks]);
        _spans = new SpanAssembler(attachedNs);
        _tracker = new ShutdownTracker(watched, attachedNs) { Spans = _spans };
        _starting = new StartTracker(attachedNs);
        _isBusy = _spans.IsBusy;
    }

    /// <summary>Activities that have ended, in the order of their ends.</summary>
    public IObservable<Activity> Activities => _activities;

    /// <summary>Shutdowns, each when it has ended; at the end of the records also those in progress.</summary>
    public IObservable<Shutdown> Shutdowns => _shutdowns;

    /// <summary>Starts, each when it has ended; at the end of the records also those in progress.</summary>
    public IObservable<Start> Starts => _starts;

    /// <summary>Starts the flow; subscribe first.</summary>
    public void Connect() => _subscription = _records.Subscribe(Take, Fail, End);

    /// <summary>Advances the time without events: ends shutdowns after a long idle time.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public void Tick(long nowNs)
    {
        lock (_gate)
        {
            if (!_ended)
            {
                Pass(_tracker.Expire(nowNs, _isBusy));
                Pass(_starting.Expire(nowNs, _isBusy));
            }
        }
    }

    /// <summary>The state of this moment.</summary>
    public Snapshot Snapshot() => Read(() => 0, snapshot => snapshot);

    /// <summary>Computes a value from a snapshot, while the flow waits.</summary>
    /// <param name="clock">The time of the snapshot, CLOCK_MONOTONIC; at least that of the newest event.</param>
    /// <param name="read">Must be quick.</param>
    public T Read<T>(Func<long> clock, Func<Snapshot, T> read)
    {
        lock (_gate)
        {
            long nowNs = Math.Max(clock(), _spans.LatestNs);
            return read(new Snapshot(
                nowNs, _spans.InFlight(), _spans.TeardownsInFlight(), _tracker.InFlight(_spans, nowNs), [.. _recent],
                _distributions.Snapshot(), _devices.Snapshot(), _locks.Snapshot(),
                [.. _decoder.Received], _spans.Unmatched, _spans.StacksLost)
            {
                StartsInFlight = _starting.InFlight(_spans, nowNs),
                RecentStarts = [.. _recentStarts],
                BeganBefore = _beganBefore,
                Unfinished = _unfinished,
                StartsBeganBefore = _startsBeganBefore,
                StartsUnfinished = _startsUnfinished,
                Accumulated = [.. _sinks.OfType<IAccumulator>().Select(a => a.Snapshot())],
            });
        }
    }

    /// <summary>Adds a process that had devices when the capture began; must be called before its events.</summary>
    public void AddAtStart(ProcessAtStart process)
    {
        lock (_gate)
        {
            _tracker.AddAtStart(process);
            _starting.AddAtStart(process);
        }
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
        _subscription?.Dispose();
        lock (_gate)
        {
            _ended = true;
            _activities.Dispose();
            _shutdowns.Dispose();
            _starts.Dispose();
        }
    }

    private void Take(ReadOnlyMemory<byte> records)
    {
        lock (_gate)
        {
            if (_ended || Decoded(records) is not { } batch)
                return;
            foreach (ref readonly WireEvent e in batch.Events)
            {
                if (_spans.Take(in e) is { } activity)
                    Pass(activity);
                else if (e is { Kind: EventKind.Release, Edge: EventEdge.Begin })
                    Pass(_tracker.Begins((int)e.Tid, (long)e.TimeNs));
            }
        }
    }

    private EventBatch? Decoded(ReadOnlyMemory<byte> records)
    {
        try
        {
            return _decoder.Decode(records);
        }
        catch (InvalidDataException e)
        {
            Fail(e);
            return null;
        }
    }

    // In this order: who hears of a shutdown has heard of what ended it.
    private void Pass(Activity activity)
    {
        _distributions.Record(activity);
        if (activity is Operation operation)
        {
            _devices.Record(operation);
            _locks.Record(operation);
        }
        foreach (ISink sink in _sinks)
            sink.Record(activity);
        _activities.OnNext(activity);
        Pass(_tracker.Follow(activity, _isBusy));
        Pass(_starting.Follow(activity, _isBusy));
    }

    private void Pass(ReadOnlySpan<Shutdown> shutdowns)
    {
        foreach (Shutdown shutdown in shutdowns)
            Pass(shutdown);
    }

    private void Pass(Shutdown shutdown)
    {
        _distributions.Record(shutdown);
        _beganBefore += shutdown.BeganBefore ? 1 : 0;
        _unfinished += shutdown.Unfinished ? 1 : 0;
        _recent.AddFirst(shutdown);
        if (_recent.Count > RecentShutdowns)
            _recent.RemoveLast();
        foreach (ISink sink in _sinks)
            sink.Record(shutdown);
        _shutdowns.OnNext(shutdown);
    }

    private void Pass(ReadOnlySpan<Start> starts)
    {
        foreach (Start start in starts)
            Pass(start);
    }

    private void Pass(Start start)
    {
        _distributions.Record(start);
        _startsBeganBefore += start.BeganBefore ? 1 : 0;
        _startsUnfinished += start.Unfinished ? 1 : 0;
        _recentStarts.AddFirst(start);
        if (_recentStarts.Count > RecentStarts)
            _recentStarts.RemoveLast();
        foreach (ISink sink in _sinks)
            sink.Record(start);
        _starts.OnNext(start);
    }

    private void Fail(Exception error)
    {
        lock (_gate)
        {
            _ended = true;
            _activities.OnError(error);
            _shutdowns.OnError(error);
            _starts.OnError(error);
        }
    }

    private void End()
    {
        lock (_gate)
        {
            if (_ended)
                return;
            _ended = true;
            _activities.OnCompleted();
            long endNs = Math.Max(_endNs, _spans.LatestNs);
            Pass(_tracker.Flush(_spans, endNs));
            Pass(_starting.Flush(_spans, endNs));
            _shutdowns.OnCompleted();
            _starts.OnCompleted();
        }
    }
}
