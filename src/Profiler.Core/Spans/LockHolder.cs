using System.Runtime.InteropServices;

namespace Profiler.Core.Spans;

/// <summary>A thread that holds a lock, and what it does with it.</summary>
/// <param name="Task">The thread.</param>
/// <param name="Process">The name of its process, or of the thread if that is unknown.</param>
/// <param name="Device">The device that it releases, opens or resets; null if it does something else.</param>
public readonly record struct LockHolder(TaskId Task, string Process, string? Device)
{
    /// <inheritdoc cref="Holder.OperationNs"/>
    public long? OperationNs
    {
        get => _operationNs.Value;
        init => _operationNs = new(value);
    }

    private readonly OptionalNs _operationNs;
}

/// <summary>The resets of a thread, kept while there are waiters for a lock that it holds or held. Used again for other threads.</summary>
internal sealed class HolderResets
{
    private readonly List<(long Number, Interval Time)> _resets = [];

    public int Tid { get; private set; }

    /// <summary>The number of turns and waits in progress that refer to this.</summary>
    public int Uses { get; set; }

    /// <summary>Waits that have ended refer to this: it is not used again.</summary>
    public bool IsShared { get; private set; }

    public void Begin(int tid)
    {
        Tid = tid;
        _resets.Clear();
    }

    /// <inheritdoc cref="IsShared"/>
    public void Share() => IsShared = true;

    /// <summary>Adds a reset that has ended.</summary>
    /// <param name="number">Larger than that of everything before.</param>
    /// <param name="time">From begin to end.</param>
    public void Add(long number, Interval time) => _resets.Add((number, time));

    /// <summary>How many there were at a number.</summary>
    public int CountUntil(long number)
    {
        ReadOnlySpan<(long Number, Interval Time)> all = CollectionsMarshal.AsSpan(_resets);
        int from = 0, to = all.Length;
        while (from < to)
        {
            int middle = (from + to) / 2;
            (from, to) = all[middle].Number > number ? (from, middle) : (middle + 1, to);
        }
        return from;
    }

    /// <summary>The resets after a number, up to another one, in order.</summary>
    public ReadOnlySpan<(long Number, Interval Time)> Between(long after, long until)
    {
        int from = CountUntil(after);
        return CollectionsMarshal.AsSpan(_resets)[from..Math.Max(from, CountUntil(until))];
    }
}
