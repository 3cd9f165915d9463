using System.Threading.Channels;
using Profiler.Core;
using Profiler.Core.Lives;
using Profiler.Core.Problems;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Host;

/// <summary>
/// Looks up the processes and devices in the events on a thread of its own: reading a process's command line may wait for the
/// lock of its memory map, which a teardown holds, and must not block the thread that reads the ring buffer. The queue is
/// bounded; at the bound the newest are not looked up, and counted.
/// </summary>
public sealed class IdentityLearner : ISink
{
    /// <summary>The bound of the queue.</summary>
    internal const int MaxWaiting = 256;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HostIdentities _identities;
    private readonly TimeProvider _time;
    private readonly Channel<Action> _waiting = Channel.CreateBounded<Action>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly Task _learning;
    private long _dropped, _failed;
    private string? _failure;

    /// <param name="identities">Does the look-ups.</param>
    /// <param name="time">For the timeout.</param>
    public IdentityLearner(HostIdentities identities, TimeProvider time)
    {
        (_identities, _time) = (identities, time);
        _learning = Task.Run(Learn);
    }

    public void Record(Activity activity)
    {
        if (HostIdentities.Concerns(activity))
            Enqueue(() => _identities.Learn(activity));
    }

    public void Record(Shutdown shutdown)
    {
        if (!shutdown.Unreleased.IsEmpty)
            Enqueue(() => _identities.Learn(shutdown));
    }

    /// <summary>Look-ups that failed or were dropped until now.</summary>
    public IEnumerable<Problem> Problems()
    {
        if (Interlocked.Read(ref _dropped) is > 0 and var dropped)
            yield return new Problem(ProblemKinds.NamesDropped.Id, dropped);
        if (Interlocked.Read(ref _failed) is > 0 and var failed)
            yield return new Problem(ProblemKinds.NamesFailed.Id, failed, Volatile.Read(ref _failure));
    }

    /// <summary>
    /// Waits for the last look-ups, but at most 10 s for a process that does not answer.
    /// </summary>
    public Task Settle()
    {
        _waiting.Writer.TryComplete();
        return Task.WhenAny(_learning, Task.Delay(Patience, _time));
    }

    private void Enqueue(Action lookUp)
    {
        if (!_waiting.Writer.TryWrite(lookUp))
            Interlocked.Increment(ref _dropped);
    }

    private async Task Learn()
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
