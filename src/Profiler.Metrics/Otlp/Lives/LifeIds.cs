using System.Diagnostics;
using System.IO.Hashing;
using System.Text;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Metrics.Otlp.Lives;

/// <summary>
/// Ids of traces and spans. The span of a release or open is named by its thread and its begin, which a waiter knows of the holder of a
/// lock while that is still in progress. The trace of a life is named by its begin, unless a link has named it before: to which life an
/// operation will belong is known at the end of that life. Then the life takes the id that the link has promised. Bounded; not thread
/// safe.
/// </summary>
/// <param name="capture">Names the capture: the same recording has the same ids each time.</param>
internal sealed class LifeIds(string capture)
{
    /// <summary>The maximum number of operations that are remembered of lives that are over, and of those that links have named before.</summary>
    internal const int Max = 16384;

    private readonly record struct Key(int Tid, long StartNs);

    private readonly Dictionary<Key, ActivityTraceId> _told = [], _promised = [];
    private readonly Dictionary<int, ActivityTraceId> _promisedTo = []; // by process, until a life of it has taken it
    private readonly Queue<Key> _oldestTold = new(), _oldestPromised = new();
    private object? _last;
    private ActivityTraceId _lastId;

    /// <summary>The trace of a shutdown that is over.</summary>
    public ActivityTraceId TraceOf(Shutdown s) => ReferenceEquals(s, _last) ? _lastId : Conclude(
        s, "shutdown", s.Task.Tgid, s.Time.StartNs, [.. s.Releases, .. s.Opens, .. s.UserResets], s.UnderWay);

    /// <summary>The trace of a start that is over.</summary>
    public ActivityTraceId TraceOf(Start s) => ReferenceEquals(s, _last) ? _lastId : Conclude(
        s, "start", s.Task.Tgid, s.Time.StartNs, [.. s.Opens, .. s.UserResets], s.UnderWay);

    /// <summary>The trace that has, or will have, the span of a release or open.</summary>
    /// <param name="tgid">The process of the thread.</param>
    /// <param name="tid">The thread.</param>
    /// <param name="startNs">The begin of the operation.</param>
    public ActivityTraceId TraceOf(int tgid, int tid, long startNs)
    {
        var key = new Key(tid, startNs);
        if (_told.TryGetValue(key, out ActivityTraceId known) || _promised.TryGetValue(key, out known))
            return known;
        // All operations in progress of a process are in the same life, as a rule.
        if (!_promisedTo.TryGetValue(tgid, out ActivityTraceId promised))
        {
            if (_promisedTo.Count >= Max)
                _promisedTo.Clear();
            _promisedTo[tgid] = promised = Trace($"promised/{tgid}/{tid}/{startNs}");
        }
        _promised[key] = promised;
        _oldestPromised.Enqueue(key);
        if (_oldestPromised.Count > Max)
            _promised.Remove(_oldestPromised.Dequeue());
        return promised;
    }

    /// <summary>The span of an operation.</summary>
    public ActivitySpanId SpanOf(int tid, long startNs) => Span($"operation/{tid}/{startNs}");

    /// <summary>The span of a shutdown, the root of its trace.</summary>
    public ActivitySpanId SpanOf(Shutdown s) => Span($"shutdown/{s.Task.Tgid}/{s.Time.StartNs}");

    /// <summary>The span of a start, the root of its trace.</summary>
    public ActivitySpanId SpanOf(Start s) => Span($"start/{s.Task.Tgid}/{s.Time.StartNs}");

    /// <summary>A span below another one.</summary>
    /// <param name="parent">The other one.</param>
    /// <param name="number">Its number among those below.</param>
    public ActivitySpanId Below(ActivitySpanId parent, int number) => Span($"{parent.ToHexString()}/{number}");

    private ActivityTraceId Conclude(
        object life, string kind, int tgid, long startNs, IEnumerable<Operation> operations, IEnumerable<OperationInFlight> underWay)
    {
        Key[] keys = [.. operations.Select(o => new Key(o.Task.Tid, o.Time.StartNs)), .. underWay.Select(o => new Key(o.Task.Tid, o.StartNs))];
        ActivityTraceId? promised = null;
        foreach (Key key in keys)
        {
            if (_promised.Remove(key, out ActivityTraceId id))
                promised ??= id;
        }
        ActivityTraceId trace = promised ?? Trace($"{kind}/{tgid}/{startNs}");
        foreach (Key key in keys)
        {
            if (!_told.TryAdd(key, trace))
                continue;
            _oldestTold.Enqueue(key);
            if (_oldestTold.Count > Max)
                _told.Remove(_oldestTold.Dequeue());
        }
        // What this process does from now on belongs to another life.
        foreach ((int process, ActivityTraceId to) in _promisedTo)
        {
            if (to == promised)
                _promisedTo.Remove(process);
        }
        (_last, _lastId) = (life, trace);
        return trace;
    }

    private ActivityTraceId Trace(string name)
    {
        byte[] hash = XxHash128.Hash(Encoding.UTF8.GetBytes($"{capture}/{name}"));
        hash[15] |= 1; // all zeroes is not an id
        return ActivityTraceId.CreateFromBytes(hash);
    }

    private ActivitySpanId Span(string name)
    {
        byte[] hash = XxHash3.Hash(Encoding.UTF8.GetBytes($"{capture}/{name}"));
        hash[7] |= 1;
        return ActivitySpanId.CreateFromBytes(hash);
    }
}
