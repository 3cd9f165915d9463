using System.Collections.Immutable;

namespace Profiler.Core.Findings;

/// <summary>How much a finding matters.</summary>
public enum Severity
{
    /// <summary>Good to know.</summary>
    Info,

    /// <summary>Time was lost here that need not be, or something is not as it should be.</summary>
    Warning,
}

/// <summary>One reason why things took the time they took, in a sentence with its numbers.</summary>
/// <param name="Id">A stable name: serial_exit, lock_held_across_release, …; docs/report.schema.json lists them.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Text">What was seen.</param>
/// <param name="Remedy">What would help; null if nothing needs to be done.</param>
public sealed record Finding(string Id, Severity Severity, string Text, string? Remedy)
{
    /// <summary>The devices it is about; empty if it is about none in particular.</summary>
    public ImmutableArray<string> Devices { get; init; } = [];
}
