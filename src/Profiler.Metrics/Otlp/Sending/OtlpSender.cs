using Profiler.Core.Protobuf;
using Profiler.Metrics.Logging;
using Profiler.Metrics.Otlp.Messages;
using Profiler.Metrics.Otlp.Targets;
using Profiler.Metrics.Retries;

namespace Profiler.Metrics.Otlp.Sending;

/// <summary>
/// Sends what is queued of one signal: at once, then at most once per interval. What the receiver cannot take now is sent again, ever more
/// slowly; what it refuses is lost.
/// </summary>
internal sealed class OtlpSender : IAsyncDisposable
{
    /// <summary>Items of a request, as the specification's default has it: 1 MiB at most, a quarter of what gRPC servers take by default.</summary>
    internal const int MaxItems = 512;

    /// <summary>Items that wait for a receiver: some 10 MiB, of crowds at locks with all their links 50 MiB.</summary>
    internal const int Capacity = 16384;

    private static readonly TimeSpan PauseAtEnd = TimeSpan.FromMilliseconds(250);

    private readonly OtlpQueue _queue = new(Capacity);
    private readonly TaskCompletionSource _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly OtlpSignal _signal;
    private readonly Uri _url;
    private readonly OtlpClient _client;
    private readonly OtlpRequest _request;
    private readonly Func<CancellationToken, Task<IReadOnlyCollection<string>>> _problems;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly Log _log;
    private readonly Task _run;
    private long _sent, _refused, _atEnd;
    private bool _failing;
    private long _lostBefore;

    /// <param name="signal">Traces or logs.</param>
    /// <param name="target">Where to.</param>
    /// <param name="client">Sends; disposed with this.</param>
    /// <param name="request">Writes requests.</param>
    /// <param name="problems">What makes figures incomplete; may have to wait for the answer.</param>
    /// <param name="time">The clock of pauses.</param>
    /// <param name="log">Logs the first of several failures, and one line when it works again.</param>
    public OtlpSender(
        OtlpSignal signal, OtlpTarget target, OtlpClient client, OtlpRequest request,
        Func<CancellationToken, Task<IReadOnlyCollection<string>>> problems, TimeProvider time, Log log)
    {
        (_signal, _url, _client, _request, _problems, _time, _log) = (signal, target.Url, client, request, problems, time, log);
        _interval = target.Interval;
        _run = Task.Run(Run);
    }

    /// <summary>What was sent and lost until now.</summary>
    public OtlpCounts Counts => new(_signal, Interlocked.Read(ref _sent), _queue.Dropped, Interlocked.Read(ref _refused), Interlocked.Read(ref _atEnd));

    /// <summary>Queues those of one trace, or of none. Does not block.</summary>
    public void Add(IReadOnlyCollection<ITelemetry> items) => _queue.Add(items);

    /// <summary>Sends what is queued; what is left after that is lost, and told.</summary>
    /// <param name="patience">How long that may take.</param>
    public async Task Flush(TimeSpan patience)
    {
        _queue.End();
        if (!_ending.TrySetResult())
            return; // it was told
        try
        {
            await _run.WaitAsync(patience, _time);
        }
        catch (TimeoutException)
        {
            await _stop.CancelAsync();
            await _run;
        }
        Interlocked.Add(ref _atEnd, _queue.Count);
        if (Counts.AtEnd is > 0 and var lost)
            _log.Warn($"{_url} has not taken {Words(lost)} before the end: lost");
    }

    public async ValueTask DisposeAsync()
    {
        await Flush(TimeSpan.Zero);
        _queue.Dispose();
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task Run()
    {
        using var buffer = new PooledBuffer();
        try
        {
            while (await _queue.Take(MaxItems, _stop.Token) is { Count: > 0 } items)
            {
                await Send(buffer, items);
                if (_queue.Count == 0)
                    await Pause(_interval);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task Send(PooledBuffer buffer, IReadOnlyList<ITelemetry> items)
    {
        var backoff = new Backoff();
        while (true)
        {
            buffer.Clear();
            OtlpAnswer answer;
            try
            {
                _request.Write(buffer, items, await _problems(_stop.Token));
                answer = await _client.Send(buffer.Written, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                Interlocked.Add(ref _atEnd, items.Count);
                throw;
            }
            if (answer.Outcome != OtlpOutcome.TryAgain)
            {
                long refused = answer.Outcome == OtlpOutcome.Refused ? items.Count : Math.Min(answer.Rejected, items.Count);
                Interlocked.Add(ref _refused, refused);
                Interlocked.Add(ref _sent, items.Count - refused);
                Tell(answer.Reason, lost: true);
                return;
            }
            Tell(answer.Reason, lost: false);
            // Many hosts must not come back at the same moment.
            TimeSpan pause = backoff.Next();
            await Pause((answer.After ?? pause) * (0.8 + 0.4 * Random.Shared.NextDouble()), items.Count);
        }
    }

    // At the end there is no time for long ones.
    private async Task Pause(TimeSpan pause, int held = 0)
    {
        try
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            await Task.WhenAny(Task.Delay(pause, _time, over.Token), _ending.Task);
            await over.CancelAsync();
            if (_ending.Task.IsCompleted && held > 0)
                await Task.Delay(PauseAtEnd, _time, _stop.Token);
            _stop.Token.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException)
        {
            Interlocked.Add(ref _atEnd, held);
            throw;
        }
    }

    private void Tell(string? failure, bool lost)
    {
        if (failure is not null && !_failing)
        {
            _lostBefore = Counts.Lost;
            _log.Warn($"{_url} does not take {_signal.Name()}: {failure}; {(lost ? "lost" : "trying on")}");
        }
        if (failure is null && _failing)
        {
            long meanwhile = Counts.Lost - _lostBefore;
            _log.Info($"{_url} takes {_signal.Name()} again{(meanwhile > 0 ? $"; {Words(meanwhile)} were lost" : "")}");
        }
        _failing = failure is not null;
    }

    private string Words(long count) => Core.Figures.Count((int)Math.Min(count, int.MaxValue), _signal == OtlpSignal.Traces ? "span" : "log record");
}
