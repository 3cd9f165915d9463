using Profiler.Core.Spans;

namespace Profiler.Report.Export.Perfetto;

/// <summary>A row of a trace.</summary>
/// <param name="Key">Its identity in this trace.</param>
/// <param name="Name">As it is shown.</param>
/// <param name="Parent">The key of the track that it is under; null for none.</param>
internal sealed record Track(string Key, string Name, string? Parent = null)
{
    /// <summary>The process that it stands for; null if it is another kind of track.</summary>
    public int? Process { get; init; }

    /// <summary>The thread that it stands for; null if it is another kind of track.</summary>
    public TaskId? Thread { get; init; }
}

/// <summary>Something on a track: with a duration, or a moment.</summary>
/// <param name="Name">As it is shown.</param>
/// <param name="Category">What kind of thing it is, to search for.</param>
/// <param name="Time">From begin to end.</param>
internal sealed record Slice(string Name, string Category, Interval Time)
{
    /// <summary>It is a moment, the begin of <see cref="Time"/>.</summary>
    public bool IsMark { get; init; }

    /// <summary>Arrows that begin here.</summary>
    public IReadOnlyList<string> Flows { get; init; } = [];

    /// <summary>Arrows that end here.</summary>
    public IReadOnlyList<string> EndsFlows { get; init; } = [];

    /// <summary>Numbers and texts that are shown when it is selected; null ones are left out.</summary>
    public IReadOnlyList<(string Name, object? Value)> Details { get; init; } = [];
}
