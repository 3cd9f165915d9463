namespace Profiler.Metrics.Otlp.Lives;

/// <summary>Numbers of locks, in the order in which they were first seen: addresses of the kernel are not passed on. Bounded.</summary>
internal sealed class LockNumbers
{
    private const int Max = 4096;

    private readonly Dictionary<ulong, long> _numbers = [];

    /// <summary>The number of a lock, from 1; null if too many were seen before it.</summary>
    public long? Of(ulong address)
    {
        if (_numbers.TryGetValue(address, out long number))
            return number;
        if (_numbers.Count >= Max)
            return null;
        return _numbers[address] = _numbers.Count + 1;
    }
}
