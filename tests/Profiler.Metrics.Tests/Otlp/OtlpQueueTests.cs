using System.Diagnostics;
using Profiler.Metrics.Otlp.Messages;
using Profiler.Metrics.Otlp.Sending;

namespace Profiler.Metrics.Tests.Otlp;

/// <summary>What waits for a receiver is bounded, and what is dropped is counted.</summary>
public sealed class OtlpQueueTests : IDisposable
{
    private readonly OtlpQueue _queue = new(5);

    [Fact]
    public async Task The_oldest_trace_is_dropped_as_a_whole()
    {
        _queue.Add(Trace("a", 3));
        _queue.Add(Trace("b", 2));
        _queue.Add(Trace("c", 1));
        Assert.Equal(3, _queue.Dropped);
        IReadOnlyList<ITelemetry> left = await _queue.Take(10, CancellationToken.None);
        Assert.Equal(Trace("b", 2).Concat(Trace("c", 1)).Select(s => s.TraceId), left.Select(s => s.TraceId));
    }

    [Fact]
    public async Task What_is_left_at_the_end_comes_and_then_nothing_and_what_comes_later_is_lost()
    {
        _queue.Add(Trace("a", 3));
        _queue.End();
        _queue.Add(Trace("b", 2));
        Assert.Equal(2, (await _queue.Take(2, CancellationToken.None)).Count);
        Assert.Single(await _queue.Take(2, CancellationToken.None));
        Assert.Empty(await _queue.Take(2, CancellationToken.None));
        Assert.Equal(2, _queue.Dropped);
    }

    public void Dispose() => _queue.Dispose();

    private static SpanData[] Trace(string name, int spans)
    {
        var trace = ActivityTraceId.CreateFromBytes(System.IO.Hashing.XxHash128.Hash(System.Text.Encoding.ASCII.GetBytes(name)));
        return [.. Enumerable.Range(1, spans).Select(n => new SpanData(trace, ActivitySpanId.CreateRandom(), null, name, 0, 1))];
    }
}
