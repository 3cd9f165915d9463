using System.Runtime.InteropServices;

namespace Profiler.Core.Spans;

/// <summary>A thread that holds a lock, and what it does with it.</summary>
/// <param name="Task">The thread.</param>
/// <param name="Process">The name of its process, or of the thread if that is unknown.</param>
/// <param name="Device">The device that it releases, opens or resets; null if it does something else.</param>
internal readonly record struct LockHolder(TaskId Task, string Process, string? Device);

/// <summary>The resets of a thread, kept while there are waiters for a lock that it holds or held.</summary>
/// <param name="tid">The thread.</param>
internal sealed class HolderResets(int tid)
{
    private readonly List<(long Number, Interval Time)> _resets = [];

    public int Tid => tid;

    /// <summary>The number of turns and waits that refer to this.</summary>
    public int Uses { get; set; }

    public int Count => _resets.Count;

    /// <summary>Adds a reset that has ended.</summary>
    /// <param name="number">Larger than that of everything before.</param>
    /// <param name="time">From begin to end.</param>
    public void Add(long number, Interval time) => _resets.Add((number, time));

    /// <summary>The resets after a number, in order.</summary>
    public ReadOnlySpan<(long Number, Interval Time)> After(long number)
    {
        ReadOnlySpan<(long Number, Interval Time)> all = CollectionsMarshal.AsSpan(_resets);
        int from = 0, to = all.Length;
        while (from < to)
        {
            int middle = (from + to) / 2;
            (from, to) = all[middle].Number > number ? (from, middle) : (middle + 1, to);
        }
        return all[from..];
    }
}
