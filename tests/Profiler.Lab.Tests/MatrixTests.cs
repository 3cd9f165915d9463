namespace Profiler.Lab.Tests;

/// <summary>
/// The same workload on every kernel, the way vfioscope chooses by itself; <c>make matrix</c> tries all ways.
/// </summary>
public sealed class MatrixTests
{
    /// <summary>All of them, and the one whose mutexes are of another kind.</summary>
    public static TheoryData<string> Kernels => [.. LabScript.Kernels("5.10 6.1 6.12 rt newest iommufd")];

    [Theory]
    [MemberData(nameof(Kernels))]
    public Task What_is_reported_is_what_happened(string kernel) => LabScript.Succeeds("matrix", "--auto", kernel);
}
