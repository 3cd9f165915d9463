namespace Profiler.Metrics.Web;

/// <summary>
/// Lets one caller in at a time. Clients take turns: whoever sends many requests delays its own, not those of others.
/// </summary>
/// <param name="capacity">Maximum number of callers that wait. When it is full, the client with the most waiting loses its last one.</param>
internal sealed class FairQueue(int capacity)
{
    private readonly Lock _gate = new();
    private readonly List<Waiter> _waiting = [];
    private bool _busy;
    private long _round;

    /// <summary>Waits for a turn. False: the queue is full, try again later. Each true needs a <see cref="Leave"/>.</summary>
    /// <param name="client">Who asks, see <see cref="ClientName"/>.</param>
    /// <param name="cancelled">The client has disconnected.</param>
    /// <exception cref="OperationCanceledException">Cancelled before its turn.</exception>
    public async Task<bool> Enter(string client, CancellationToken cancelled)
    {
        Waiter waiter;
        lock (_gate)
        {
            if (!_busy)
                return _busy = true;
            // The first of a client is in the present round, each further one a round later.
            long last = _waiting.Where(w => w.Client == client).Select(w => w.Round).DefaultIfEmpty(_round - 1).Max();
            waiter = new Waiter(client, Math.Max(_round, last + 1), new(TaskCreationOptions.RunContinuationsAsynchronously));
            if (_waiting.Count == capacity)
            {
                Waiter latest = _waiting.MaxBy(w => w.Round)!;
                if (latest.Round <= waiter.Round)
                    return false;
                _waiting.Remove(latest);
                latest.Turn.SetResult(false);
            }
            _waiting.Add(waiter);
        }
        await using (cancelled.Register(() => Cancel(waiter, cancelled)))
            return await waiter.Turn.Task;
    }

    /// <summary>Ends a turn; the next one begins.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            // Of the same round, the first one that came.
            if (_waiting.MinBy(w => w.Round) is not { } next)
            {
                _busy = false;
                return;
            }
            _waiting.Remove(next);
            _round = next.Round;
            next.Turn.SetResult(true);
        }
    }

    private void Cancel(Waiter waiter, CancellationToken cancelled)
    {
        lock (_gate)
        {
            if (_waiting.Remove(waiter))
                waiter.Turn.SetCanceled(cancelled);
        }
    }

    private sealed record Waiter(string Client, long Round, TaskCompletionSource<bool> Turn);
}
