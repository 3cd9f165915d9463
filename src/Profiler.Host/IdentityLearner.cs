using System.Threading.Channels;
using Profiler.Core;
using Profiler.Core.Lives;
using Profiler.Core.Problems;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Host;

/// <summary>
/// Has looked up who and what appears in the events. Asking a process for its command line may have to wait for its memory
/// map, which is just what a teardown holds: so not on the thread that empties the ring buffer. If they come too fast, the
/// newest are not looked up, and that is counted.
/// </summary>
public sealed class IdentityLearner : ISink
{
    /// <summary>How many may wait to be looked up.</summary>
    internal const int MaxWaiting = 256;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HostIdentities _identities;
    private readonly TimeProvider _time;
    private readonly Channel<Action> _waiting = Channel.CreateBounded<Action>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly Task _learning;
    private long _dropped, _failed;
    private string? _failure;

    /// <param name="identities">Where they are looked up, on a thread of its own.</param>
    /// <param name="time">Whose timers tick.</param>
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

    /// <summary>What could not be looked up until now.</summary>
    public IEnumerable<Problem> Problems()
    {
        if (Interlocked.Read(ref _dropped) is > 0 and var dropped)
            yield return new Problem(ProblemKinds.NamesDropped.Id, dropped);
        if (Interlocked.Read(ref _failed) is > 0 and var failed)
            yield return new Problem(ProblemKinds.NamesFailed.Id, failed, Volatile.Read(ref _failure));
    }

    /// <summary>
    /// There is no more to come: waits until the last are looked up; but a process that does not answer keeps nobody here.
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

    // One that cannot be looked up costs no other its name.
    private void Try(Action lookUp)
    {
        try
        {
            lookUp();
        }
#pragma warning disable CA1031 // whatever it is, it is counted and told
        catch (Exception e)
#pragma warning restore CA1031
        {
            Volatile.Write(ref _failure, Printable.Clean(e.Message));
            Interlocked.Increment(ref _failed);
        }
    }
}
