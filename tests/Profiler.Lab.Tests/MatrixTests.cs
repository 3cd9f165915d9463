using System.Diagnostics;

namespace Profiler.Lab.Tests;

/// <summary>
/// The same workload on every kernel, the way vfioscope chooses by itself; <c>make matrix</c> tries all ways.
/// KERNELS in the environment narrows it.
/// </summary>
public sealed class MatrixTests
{
    public static TheoryData<string> Kernels =>
        [.. (Environment.GetEnvironmentVariable("KERNELS") is { Length: > 0 } chosen ? chosen : "5.10 6.1 6.12 newest").Split(' ')];

    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task What_is_reported_is_what_happened(string kernel)
    {
        using Process process = Process.Start(new ProcessStartInfo(
            Path.Combine(LabGuest.Root, "tests/lab/matrix"), ["--auto", kernel])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string table = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, table + await errors);
    }
}
