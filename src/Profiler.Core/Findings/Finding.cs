namespace Profiler.Core.Findings;

/// <summary>How much a finding matters.</summary>
public enum Severity
{
    /// <summary>Good to know.</summary>
    Info,

    /// <summary>Time was lost here that need not be.</summary>
    Warning,
}

/// <summary>One reason why releases took the time they took, in a sentence with its numbers.</summary>
/// <param name="Id">A stable name: serial_exit, serial_close, lock_held_across_release, parallel.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Text">What was seen, and what it would take to be faster.</param>
public sealed record Finding(string Id, Severity Severity, string Text);
