using System.Collections;
using Profiler.Core.Spans;

namespace Profiler.Core.Histograms;

/// <summary>
/// The durations of an activity: its own, and those of its waits and resets. Of a reset that a program asked for the resets inside are all
/// that counts. Enumerated without an allocation.
/// </summary>
/// <param name="activity">One that has ended.</param>
public readonly struct ActivityDurations(Activity activity) : IReadOnlyList<Duration>
{
    private readonly Operation? _operation = activity as Operation;
    private readonly StandaloneReset? _standalone = activity as StandaloneReset;

    /// <inheritdoc/>
    public int Count => _operation is { } operation ? Own(operation) + operation.LockWaits.Length + operation.Resets.Length
        : _standalone is not null ? 1 : 0;

    /// <inheritdoc/>
    public Duration this[int index]
    {
        get
        {
            if (_operation is not { } operation)
                return index == 0 && _standalone is { } alone ? Duration.Of(alone.Reset) : throw new ArgumentOutOfRangeException(nameof(index));
            int wait = index - Own(operation);
            if (wait < 0)
                return Duration.Of(operation.Kind == OperationKind.Release ? HistogramKey.Release : HistogramKey.Open, operation.Time, operation.Device);
            int reset = wait - operation.LockWaits.Length;
            return reset >= 0
                ? Duration.Of(operation.Resets[reset])
                : Duration.Of(HistogramKey.LockWait, operation.LockWaits[wait].Time, operation.Device);
        }
    }

    public Enumerator GetEnumerator() => new(this);

    private static int Own(Operation operation) => operation.Kind.IsReset() ? 0 : 1;

    IEnumerator<Duration> IEnumerable<Duration>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The durations in order.</summary>
    public struct Enumerator(ActivityDurations durations) : IEnumerator<Duration>
    {
        private readonly int _count = durations.Count;
        private int _index = -1;

        public readonly Duration Current => durations[_index];

        readonly object IEnumerator.Current => Current;

        public bool MoveNext() => ++_index < _count;

        public void Reset() => _index = -1;

        public readonly void Dispose()
        {
        }
    }
}
