namespace Profiler.Lab.Tests;

/// <summary>
/// What vfioscope measures is what ftrace measures at the same time; <c>make accuracy</c> does it with more devices.
/// </summary>
public sealed class AccuracyTests
{
    [Theory]
    [MemberData(nameof(LabScript.Kernels), MemberType = typeof(LabScript))]
    public Task Each_release_wait_and_reset_agrees_with_ftrace(string kernel) => LabScript.Succeeds("accuracy", "--short", kernel);
}
