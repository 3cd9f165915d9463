namespace Profiler.Lab.Tests;

/// <summary>
/// What vfioscope measures is what ftrace measures at the same time; <c>make accuracy</c> does it on every kernel and with
/// more devices.
/// </summary>
public sealed class AccuracyTests
{
    [Fact]
    public Task Each_release_wait_and_reset_agrees_with_ftrace() => LabScript.Succeeds("accuracy", "--short", "6.12");
}
