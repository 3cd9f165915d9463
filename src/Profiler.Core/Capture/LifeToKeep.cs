using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.Capture;

/// <summary>A shutdown, a start, or a device that is worse after a reset: what the flight recorder may keep.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Task">The process.</param>
/// <param name="Time">Until it ended, or until now if it is <paramref name="Running"/>.</param>
/// <param name="Running">It is not over.</param>
/// <param name="Of">The <see cref="Shutdown"/>, <see cref="Start"/> or <see cref="ResetDamage"/>.</param>
internal sealed record LifeToKeep(KeptKind Kind, TaskId Task, Interval Time, bool Running, object Of)
{
    public LifeToKeep(Shutdown shutdown)
        : this(KeptKind.Shutdown, shutdown.Task, shutdown.Time, shutdown.Unfinished, shutdown)
    {
    }

    public LifeToKeep(Start start)
        : this(KeptKind.Start, start.Task, start.Time, start.Unfinished, start)
    {
    }

    public LifeToKeep(ResetDamage damage)
        : this(
            KeptKind.Reset, new TaskId(damage.Tgid, damage.Tgid, damage.Process), new Interval(damage.EndNs, damage.EndNs), false, damage)
    {
    }
}
