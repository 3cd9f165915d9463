using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core;

/// <summary>
/// Gets the activities and shutdowns of a pipeline, in the order of their ends. Called one at a time, under the pipeline's lock and on
/// the thread of the events: it must not block.
/// </summary>
public interface ISink
{
    /// <summary>An activity has ended.</summary>
    void Record(Activity activity);

    /// <summary>A shutdown is over, or still in progress when the records end.</summary>
    void Record(Shutdown shutdown);
}

/// <summary>A sink with figures of its own; they are read under the same lock, so they are of the same moment as the rest.</summary>
public interface IAccumulator : ISink
{
    /// <summary>The figures now; immutable. See <see cref="Core.Snapshot.Get"/>.</summary>
    object Snapshot();
}
