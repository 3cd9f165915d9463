namespace Profiler.Core.Shutdowns;

/// <summary>The signals that end processes, and the words for triggers.</summary>
public static class SignalNames
{
    /// <summary>SIGTERM for 15; the number where we have no name.</summary>
    public static string Of(int number) => number switch
    {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        9 => "SIGKILL",
        15 => "SIGTERM",
        _ => $"signal {number}",
    };

    /// <summary>A trigger as all outputs name it: SIGTERM, exit, close, unknown.</summary>
    public static string Name(this Trigger trigger) => trigger switch
    {
        Trigger.Unknown or Trigger.Close or Trigger.Exit => trigger.ToString().ToLowerInvariant(),
        _ => trigger.ToString().ToUpperInvariant(),
    };
}
