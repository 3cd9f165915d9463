using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core;

/// <summary>
/// Hears what is over, in the order in which it ended, from the pipeline it was given to. One call at a time, under the
/// pipeline's gate and on the thread that brings the events: it must not wait.
/// </summary>
public interface ISink
{
    /// <summary>An operation, a lone reset, a signal or a death is over.</summary>
    void Record(Activity activity);

    /// <summary>A shutdown is over, or the records end and it is not.</summary>
    void Record(Shutdown shutdown);
}

/// <summary>A sink that adds up what it hears. Its sum is taken under the same gate, so it is of the same moment as the rest.</summary>
public interface IAccumulator : ISink
{
    /// <summary>What it amounts to now; immutable. See <see cref="Core.Snapshot.Get"/>.</summary>
    object Snapshot();
}
