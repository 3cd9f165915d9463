using System.Threading.Channels;
using Profiler.Core.Wire;

namespace Profiler.Host;

/// <summary>Look-ups, one after the other on a thread of their own. The queue is bounded; at the bound the newest are dropped, and counted.</summary>
internal sealed class LookUps
{
    /// <summary>The bound of the queue.</summary>
    public const int MaxWaiting = 256;

    private readonly Channel<Action> _waiting = Channel.CreateBounded<Action>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private long _dropped, _failed;
    private string? _failure;

    public LookUps() => Completion = Task.Run(Run);

    /// <summary>Completes when the last of them is done, after <see cref="Complete"/>.</summary>
    public Task Completion { get; }

    /// <summary>Number of look-ups that were dropped.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Number of look-ups that failed.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Why the last one failed, printable; null if none did.</summary>
    public string? Failure => Volatile.Read(ref _failure);

    /// <summary>Queues one; never blocks.</summary>
    public void Add(Action lookUp)
    {
        if (!_waiting.Writer.TryWrite(lookUp))
            Interlocked.Increment(ref _dropped);
    }

    /// <summary>There will be no more.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    private async Task Run()
    {
        await foreach (Action lookUp in _waiting.Reader.ReadAllAsync())
            Try(lookUp);
    }

    // A failed look-up does not affect others.
    private void Try(Action lookUp)
    {
        try
        {
            lookUp();
        }
#pragma warning disable CA1031 // every error is counted
        catch (Exception e)
#pragma warning restore CA1031
        {
            Volatile.Write(ref _failure, Printable.Clean(e.Message));
            Interlocked.Increment(ref _failed);
        }
    }
}
