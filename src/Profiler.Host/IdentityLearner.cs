using Profiler.Core;
using Profiler.Core.Lives;
using Profiler.Core.Problems;
using Profiler.Core.Spans;

namespace Profiler.Host;

/// <summary>
/// Looks up the processes, devices and stacks in the events on threads of its own: reading a process's command line may wait for the
/// lock of its memory map, which a teardown holds, and must not block the thread that reads the ring buffer. Stacks do not end, but
/// processes do, and naming the functions of a stack may take longer than a process lives, as may a look at a device that is being reset:
/// none of them waits for another.
/// </summary>
public sealed class IdentityLearner : ISink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HostIdentities _identities;
    private readonly StackNames _stacks;
    private readonly TimeProvider _time;
    private readonly DeviceDamages _damages;
    private readonly LookUps _ofIdentities = new(), _ofStacks = new(), _ofDamages = new();

    /// <param name="identities">Does the look-ups of processes and devices.</param>
    /// <param name="stacks">Does those of stacks.</param>
    /// <param name="damages">Does those of devices after resets.</param>
    /// <param name="time">For the timeout.</param>
    public IdentityLearner(HostIdentities identities, StackNames stacks, DeviceDamages damages, TimeProvider time) =>
        (_identities, _stacks, _damages, _time) = (identities, stacks, damages, time);

    /// <summary>Looks at the devices that there are: what is done to them later is compared with that.</summary>
    public void Begin() => _ofDamages.Add(_damages.Begin);

    public void Record(Activity activity)
    {
        if (HostIdentities.Concerns(activity))
            _ofIdentities.Add(() => _identities.Learn(activity));
        if (StackNames.Concerns(activity))
            _ofStacks.Add(() => _stacks.Learn(activity));
        if (DeviceDamages.Concerns(activity))
            _ofDamages.Add(() => _damages.Learn((Operation)activity));
    }

    public void Record(Shutdown shutdown)
    {
        if (!shutdown.Unreleased.IsEmpty)
            _ofIdentities.Add(() => _identities.Learn(shutdown));
    }

    public void Record(Start start)
    {
        // Its opens have told all there is to learn.
    }

    /// <summary>Look-ups that failed or were dropped until now.</summary>
    public IEnumerable<Problem> Problems()
    {
        if (_ofIdentities.Dropped + _ofStacks.Dropped + _ofDamages.Dropped is > 0 and var dropped)
            yield return new Problem(ProblemKinds.NamesDropped.Id, dropped);
        if (_ofIdentities.Failed + _ofStacks.Failed + _ofDamages.Failed is > 0 and var failed)
            yield return new Problem(ProblemKinds.NamesFailed.Id, failed, _ofIdentities.Failure ?? _ofStacks.Failure ?? _ofDamages.Failure);
    }

    /// <summary>
    /// Waits for the last look-ups, but at most 10 s for a process that does not answer.
    /// </summary>
    public Task Settle()
    {
        _ofIdentities.Complete();
        _ofStacks.Complete();
        _ofDamages.Complete();
        return Task.WhenAny(Task.WhenAll(_ofIdentities.Completion, _ofStacks.Completion, _ofDamages.Completion), Task.Delay(Patience, _time));
    }
}
