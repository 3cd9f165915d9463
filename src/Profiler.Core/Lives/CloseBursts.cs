using System.Runtime.InteropServices;
using Profiler.Core.Spans;

namespace Profiler.Core.Lives;

/// <summary>Closes that belong together, by a process that lives on; in sequence or in parallel.</summary>
/// <param name="First">The index of its first release in its <see cref="CloseBursts"/>.</param>
/// <param name="End">The index after its last one.</param>
/// <param name="StartNs">Its begin, CLOCK_MONOTONIC.</param>
/// <param name="EndNs">
/// The end of its last release, or of what that caused: the last close of a container unmaps the memory. CLOCK_MONOTONIC.
/// </param>
internal readonly record struct CloseBurst(int First, int End, long StartNs, long EndNs);

/// <summary>Bursts of closes of one process, in order of time; used again for other processes.</summary>
internal sealed class CloseBursts
{
    /// <summary>
    /// Closes with a longer pause between them are separate, for example two devices that are unplugged one after the other. A loop
    /// over devices is much faster.
    /// </summary>
    public static readonly TimeSpan Gap = TimeSpan.FromSeconds(1);

    private readonly List<Operation> _releases = [];
    private readonly List<CloseBurst> _bursts = [];
    private int _over;

    public int Count => _bursts.Count;

    public CloseBurst this[int index] => _bursts[index];

    /// <summary>The last one; null if there is none.</summary>
    public CloseBurst? Last => Count > 0 ? _bursts[^1] : null;

    /// <summary>The releases of all bursts, in order of their begins.</summary>
    public ReadOnlySpan<Operation> Releases => CollectionsMarshal.AsSpan(_releases);

    /// <summary>The releases of a burst, in order of their begins.</summary>
    public ReadOnlySpan<Operation> ReleasesOf(CloseBurst burst) => Releases[burst.First..burst.End];

    /// <summary>There are bursts to which more may belong.</summary>
    public bool HasPending => Count > _over;

    /// <summary>Adds a release or a part of the teardown to the burst that it follows, else a release to a new one.</summary>
    /// <param name="time">Begins after the begin of what was added before.</param>
    /// <param name="release">Null for a part.</param>
    public void Add(Interval time, Operation? release)
    {
        bool follows = HasPending && time.StartNs - _bursts[^1].EndNs <= (long)Gap.TotalNanoseconds;
        if (!follows && release is null)
            return;
        if (!follows)
            _bursts.Add(new CloseBurst(_releases.Count, _releases.Count, time.StartNs, time.EndNs));
        if (release is not null)
            _releases.Add(release);
        ref CloseBurst last = ref CollectionsMarshal.AsSpan(_bursts)[^1];
        last = last with { End = _releases.Count, EndNs = Math.Max(last.EndNs, time.EndNs) };
    }

    /// <summary>Adds what a process did.</summary>
    /// <param name="spans">In order of their begins.</param>
    /// <param name="skip">The number of releases at the beginning that do not count.</param>
    /// <param name="wants">Whether another release counts, given a time.</param>
    /// <param name="atNs">That time.</param>
    /// <param name="partsBeforeNs">Parts that begin at this time or later have another cause.</param>
    public void Add(ReadOnlySpan<ProcessSpan> spans, int skip, Func<Operation, long, bool> wants, long atNs, long partsBeforeNs)
    {
        foreach (ref readonly ProcessSpan span in spans)
        {
            bool counts = span.IsRelease
                ? --skip < 0 && wants(span.Operation!, atNs)
                : span.MayFollowClose && span.Time.StartNs < partsBeforeNs;
            if (counts)
                Add(span.Time, span.Operation);
        }
    }

    /// <summary>Nothing more belongs to these bursts.</summary>
    public void End() => _over = Count;

    /// <summary>Removes the bursts to which more may belong.</summary>
    public void RemovePending()
    {
        if (!HasPending)
            return;
        _releases.RemoveRange(_bursts[_over].First, _releases.Count - _bursts[_over].First);
        _bursts.RemoveRange(_over, Count - _over);
    }

    public void Clear()
    {
        _releases.Clear();
        _bursts.Clear();
        _over = 0;
    }
}
