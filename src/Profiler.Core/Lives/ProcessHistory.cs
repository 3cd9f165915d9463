using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Profiler.Core.Spans;

namespace Profiler.Core.Lives;

/// <summary>What one process did with its devices, the parts of its end, and the signals that it got.</summary>
internal sealed class ProcessHistory
{
    // Bounds for a daemon that gets SIGHUP every minute for years, or resets a device every second.
    private const int MaxSignals = 64, MaxSpans = 4096;

    private readonly List<SignalDelivered> _signals = [];
    private readonly List<Operation> _releases = []; // in the order of their begins
    private readonly Queue<TeardownPart> _parts = [];
    private readonly Queue<Operation> _opens = [];
    private readonly Queue<Operation> _userResets = [];
    private readonly Queue<Reset> _resets = [];

    /// <summary>In the order of their events.</summary>
    public ReadOnlySpan<SignalDelivered> Signals => CollectionsMarshal.AsSpan(_signals);

    /// <summary>In the order of their begins.</summary>
    public ReadOnlySpan<Operation> Releases => CollectionsMarshal.AsSpan(_releases);

    public void AddRelease(Operation release)
    {
        int at = _releases.Count;
        while (at > 0 && _releases[at - 1].Time.StartNs > release.Time.StartNs)
            at--;
        _releases.Insert(at, release);
    }

    public void AddOpen(Operation open) => AddRecent(_opens, open, static o => o.Time);

    public void AddReset(Operation reset) => AddRecent(_userResets, reset, static o => o.Time);

    public void Add(TeardownPart part) => AddRecent(_parts, part, static p => p.Time);

    public void Add(Reset reset) => AddRecent(_resets, reset, static r => r.Time);

    public void Add(SignalDelivered signal)
    {
        // The first signal may be the cause, the newest one what ends the process.
        if (_signals.Count >= MaxSignals)
            _signals.RemoveAt(1);
        _signals.Add(signal);
    }

    /// <summary>All that it did, in the order of the begins.</summary>
    public Scratch<ProcessSpan> Spans()
    {
        var spans = new Scratch<ProcessSpan>();
        foreach (Operation release in _releases)
            spans.Add(new ProcessSpan(release.Time, release, null));
        foreach (Operation open in _opens)
            spans.Add(new ProcessSpan(open.Time, open, null));
        foreach (Operation reset in _userResets)
            spans.Add(new ProcessSpan(reset.Time, reset, null));
        foreach (Reset reset in _resets)
            spans.Add(new ProcessSpan(reset.Time, null, null));
        foreach (TeardownPart part in _parts)
            spans.Add(new ProcessSpan(part.Time, null, part));
        StableSort.By(spans.Items, static s => s.Time.StartNs);
        return spans;
    }

    /// <summary>The signals from a time to another one, both included.</summary>
    public ImmutableArray<SignalDelivered> SignalsWithin(long fromNs, long toNs)
    {
        using var within = new Scratch<SignalDelivered>();
        foreach (SignalDelivered signal in _signals)
        {
            if (signal.TimeNs >= fromNs && signal.TimeNs <= toNs)
                within.Add(signal);
        }
        return [.. within.Items];
    }

    /// <summary>The opens that overlap with a time, in the order of their ends.</summary>
    public ImmutableArray<Operation> OpensDuring(Interval time) => During(_opens, static o => o.Time, time);

    /// <summary>The resets that it asked for and that overlap with a time, in the order of their ends.</summary>
    public ImmutableArray<Operation> UserResetsDuring(Interval time) => During(_userResets, static o => o.Time, time);

    /// <summary>The resets outside of operations that overlap with a time, in the order of their ends.</summary>
    public ImmutableArray<Reset> ResetsDuring(Interval time) => During(_resets, static r => r.Time, time);

    /// <summary>The parts of its end that overlap with a time, in the order of their ends.</summary>
    public ImmutableArray<TeardownPart> PartsDuring(Interval time) => During(_parts, static p => p.Time, time);

    /// <summary>Removes the releases that ended up to a time, and the signals up to it.</summary>
    public void Remove(long untilNs)
    {
        int kept = 0;
        foreach (Operation release in Releases)
        {
            if (release.Time.EndNs > untilNs)
                _releases[kept++] = release;
        }
        _releases.RemoveRange(kept, _releases.Count - kept);
        RemoveSignals(untilNs);
    }

    /// <summary>Removes the signals up to a time.</summary>
    public void RemoveSignals(long untilNs)
    {
        int kept = 0;
        foreach (ref readonly SignalDelivered signal in Signals)
        {
            if (signal.TimeNs > untilNs)
                _signals[kept++] = signal;
        }
        _signals.RemoveRange(kept, _signals.Count - kept);
    }

    public void Clear()
    {
        _signals.Clear();
        _releases.Clear();
        _parts.Clear();
        _opens.Clear();
        _userResets.Clear();
        _resets.Clear();
    }

    private static ImmutableArray<T> During<T>(Queue<T> spans, Func<T, Interval> timeOf, Interval time)
    {
        using var during = new Scratch<T>();
        foreach (T span in spans)
        {
            if (timeOf(span).OverlapNs(time) > 0)
                during.Add(span);
        }
        return [.. during.Items];
    }

    // Only spans that are near in time can belong to one shutdown.
    private static void AddRecent<T>(Queue<T> spans, T span, Func<T, Interval> time)
    {
        long oldestNs = time(span).StartNs - (long)ShutdownCause.Grace.TotalNanoseconds;
        while (spans.TryPeek(out T? oldest) && (time(oldest).EndNs < oldestNs || spans.Count >= MaxSpans))
            spans.Dequeue();
        spans.Enqueue(span);
    }
}
