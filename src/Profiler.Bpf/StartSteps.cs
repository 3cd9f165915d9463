using System.Diagnostics;

namespace Profiler.Bpf;

/// <summary>
/// The steps of the start of a capture, for troubleshooting: each is an activity of the source <see cref="SourceName"/>, with its begin and its
/// duration. Costs nothing without a listener.
/// </summary>
public static class StartSteps
{
    /// <summary>Name of the source, for an <see cref="ActivityListener"/>.</summary>
    public const string SourceName = "vfioscope.start";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins a step; it ends when the result is disposed.</summary>
    /// <param name="name">What is done: "load release".</param>
    /// <returns>Null without a listener.</returns>
    public static Activity? Begin(string name) => Source.StartActivity(name);
}
