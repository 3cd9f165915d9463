using Profiler.Metrics.Otlp.Messages;

namespace Profiler.Metrics.Otlp.Sending;

/// <summary>Spans or log records that wait to be sent. Bounded: beyond that the oldest trace is dropped. Thread safe; it never blocks for long.</summary>
/// <param name="capacity">The maximum number; at least that of one trace.</param>
internal sealed class OtlpQueue(int capacity) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<ITelemetry> _items = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private long _dropped;
    private bool _ended;

    /// <summary>How many were dropped because there was no room.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>The number of those that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _items.Count;
        }
    }

    /// <summary>Adds those of one trace, or of none.</summary>
    public void Add(IReadOnlyCollection<ITelemetry> items)
    {
        lock (_gate)
        {
            if (_ended)
            {
                _dropped += items.Count;
                return;
            }
            foreach (ITelemetry item in items)
                _items.Enqueue(item);
            while (_items.Count > capacity)
                DropOldest();
        }
        Wake();
    }

    /// <summary>Takes out the oldest ones; waits until there is one.</summary>
    /// <param name="max">The maximum number.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <returns>Empty if nothing comes any more.</returns>
    public async Task<IReadOnlyList<ITelemetry>> Take(int max, CancellationToken stop)
    {
        while (true)
        {
            lock (_gate)
            {
                var taken = new List<ITelemetry>();
                while (taken.Count < max && _items.TryDequeue(out ITelemetry? item))
                    taken.Add(item);
                if (taken.Count > 0 || _ended)
                    return taken;
            }
            await _wake.WaitAsync(stop);
        }
    }

    /// <summary>Nothing comes any more: what waits is taken out, then <see cref="Take"/> returns nothing.</summary>
    public void End()
    {
        lock (_gate)
            _ended = true;
        Wake();
    }

    public void Dispose() => _wake.Dispose();

    // A trace without its root is worth little.
    private void DropOldest()
    {
        ITelemetry first = _items.Dequeue();
        _dropped++;
        if (first.TraceId == default)
            return;
        while (_items.Count > 0 && _items.Peek().TraceId == first.TraceId)
        {
            _items.Dequeue();
            _dropped++;
        }
    }

    private void Wake()
    {
        lock (_gate)
        {
            if (_wake.CurrentCount == 0)
                _wake.Release();
        }
    }
}
