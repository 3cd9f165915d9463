using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core;

/// <summary>
/// Receives the activities, shutdowns and starts of a pipeline, in the order of their ends. Calls are serialised under the pipeline's
/// lock, on the thread of the events: it must not block.
/// </summary>
public interface ISink
{
    /// <summary>An activity has ended.</summary>
    void Record(Activity activity);

    /// <summary>A shutdown has ended, or is still in progress when the records end.</summary>
    void Record(Shutdown shutdown);

    /// <summary>A start has ended, or is still in progress when the records end.</summary>
    void Record(Start start);
}

/// <summary>A sink with its own figures; they are read under the same lock, at the same moment as the snapshot.</summary>
public interface IAccumulator : ISink
{
    /// <summary>The current figures; immutable. See <see cref="Core.Snapshot.Get"/>.</summary>
    object Snapshot();
}
