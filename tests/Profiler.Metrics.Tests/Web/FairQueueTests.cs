using Profiler.Metrics.Web;

namespace Profiler.Metrics.Tests.Web;

public sealed class FairQueueTests
{
    private readonly FairQueue _queue = new(capacity: 4);
    private readonly List<string> _order = [];

    [Fact]
    public async Task Clients_take_turns()
    {
        Assert.True(await _queue.Enter("a", CancellationToken.None));
        Task[] all = [Next("a", 1), Next("a", 2), Next("b", 1), Next("c", 1)];
        _queue.Leave();
        await Task.WhenAll(all);
        Assert.Equal(["a1", "b1", "c1", "a2"], _order);
    }

    [Fact]
    public async Task When_it_is_full_the_client_with_the_most_gives_way()
    {
        Assert.True(await _queue.Enter("a", CancellationToken.None));
        Task[] all = [Next("a", 1), Next("a", 2), Next("a", 3), Next("a", 4), Next("a", 5), Next("b", 1)];
        _queue.Leave();
        await Task.WhenAll(all);
        Assert.Equal(["a1", "b1", "a2", "a3"], _order.Where(o => !o.EndsWith("refused", StringComparison.Ordinal)));
        Assert.Equal(["a4 refused", "a5 refused"], _order.Where(o => o.EndsWith("refused", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task Who_has_gone_leaves_its_place()
    {
        using var gone = new CancellationTokenSource();
        Assert.True(await _queue.Enter("a", CancellationToken.None));
        Task<bool> waiting = _queue.Enter("a", gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Task next = Next("a", 1);
        _queue.Leave();
        await next;
        Assert.Equal(["a1"], _order);
        Assert.True(await _queue.Enter("b", CancellationToken.None)); // nobody is in
    }

    private async Task Next(string client, int number)
    {
        bool entered = await _queue.Enter(client, CancellationToken.None);
        lock (_order)
            _order.Add(entered ? $"{client}{number}" : $"{client}{number} refused");
        if (entered)
            _queue.Leave();
    }
}
