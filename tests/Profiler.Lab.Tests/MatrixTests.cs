namespace Profiler.Lab.Tests;

/// <summary>
/// The same workload on every kernel, the way vfioscope chooses by itself; <c>make matrix</c> tries all ways.
/// </summary>
public sealed class MatrixTests
{
    [Theory]
    [MemberData(nameof(LabScript.Kernels), MemberType = typeof(LabScript))]
    public Task What_is_reported_is_what_happened(string kernel) => LabScript.Succeeds("matrix", "--auto", kernel);
}
