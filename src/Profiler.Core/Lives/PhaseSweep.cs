using System.Numerics;
using Profiler.Core.Spans;

namespace Profiler.Core.Lives;

/// <summary>
/// Divides the time of a shutdown or start among its phases, which are numbers below 32: where several overlap, in several threads or one
/// inside the other, the time counts for the lowest.
/// </summary>
/// <param name="within">The shutdown or start.</param>
internal ref struct PhaseSweep(Interval within)
{
    private Scratch<long> _times = new();
    private Scratch<byte> _changes = new(); // the phase, and whether it begins

    /// <summary>Adds an operation with its waits and resets.</summary>
    /// <param name="operation">A release or open.</param>
    /// <param name="rest">The phase of its time without them.</param>
    /// <param name="lockWait">That of its waits.</param>
    /// <param name="reset">That of its resets.</param>
    public void Add(Operation operation, int rest, int lockWait, int reset)
    {
        // The waits of one thread are in order and do not overlap.
        long from = operation.Time.StartNs;
        foreach (LockWait wait in operation.LockWaits)
        {
            Add(rest, new Interval(from, wait.Time.StartNs));
            Add(lockWait, wait.Time);
            from = wait.Time.EndNs;
        }
        Add(rest, new Interval(from, operation.Time.EndNs));
        foreach (Reset each in operation.Resets)
            Add(reset, each.Time);
    }

    /// <summary>Adds a part; of one that is partly outside, what is inside.</summary>
    public void Add(int phase, Interval time)
    {
        long from = Math.Max(time.StartNs, within.StartNs), to = Math.Min(time.EndNs, within.EndNs);
        if (from >= to)
            return;
        Add(from, phase, begins: true);
        Add(to, phase, begins: false);
    }

    /// <summary>The nanoseconds of each phase. The order of edges at the same time makes no difference: no time passes between them.</summary>
    /// <param name="phases">An element for each phase, all 0.</param>
    /// <param name="timeline">Receives when each phase was the one that counts, in order; null if only the sums are needed.</param>
    public readonly void Into(Span<long> phases, List<(int Phase, Interval Time)>? timeline = null)
    {
        Span<long> times = _times.Items;
        Span<byte> changes = _changes.Items;
        times.Sort(changes);
        Span<int> open = stackalloc int[phases.Length];
        uint anyOpen = 0; // a bit for each phase
        long reached = 0;
        for (int i = 0; i < times.Length; i++)
        {
            if (anyOpen != 0)
            {
                int counts = BitOperations.TrailingZeroCount(anyOpen);
                phases[counts] += times[i] - reached;
                if (timeline is not null && times[i] > reached)
                    Append(timeline, counts, new Interval(reached, times[i]));
            }
            reached = times[i];
            int phase = changes[i] >> 1;
            open[phase] += (changes[i] & 1) != 0 ? 1 : -1;
            anyOpen = open[phase] != 0 ? anyOpen | 1u << phase : anyOpen & ~(1u << phase);
        }
    }

    public readonly void Dispose()
    {
        _times.Dispose();
        _changes.Dispose();
    }

    // A phase that goes on, while another one begins below it, is one piece.
    private static void Append(List<(int Phase, Interval Time)> timeline, int phase, Interval time)
    {
        if (timeline is [.., var last] && last.Phase == phase && last.Time.EndNs == time.StartNs)
            timeline[^1] = (phase, new Interval(last.Time.StartNs, time.EndNs));
        else
            timeline.Add((phase, time));
    }

    private void Add(long timeNs, int phase, bool begins)
    {
        _times.Add(timeNs);
        _changes.Add((byte)(phase << 1 | (begins ? 1 : 0)));
    }
}
