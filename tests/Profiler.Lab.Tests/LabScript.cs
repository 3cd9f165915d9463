using System.Diagnostics;

namespace Profiler.Lab.Tests;

/// <summary>Runs one of the scripts in tests/lab that boot guests of their own and print a table.</summary>
public static class LabScript
{
    /// <summary>All kernels of the lab; KERNELS in the environment narrows it.</summary>
    public static TheoryData<string> Kernels => [.. KernelsOr("5.10 6.1 6.12 newest iommufd")];

    /// <summary>These kernels, or what KERNELS in the environment says.</summary>
    public static string[] KernelsOr(string usual) =>
        (Environment.GetEnvironmentVariable("KERNELS") is { Length: > 0 } chosen ? chosen : usual).Split(' ');

    /// <summary>Runs it; fails with its table and errors if it does.</summary>
    public static async Task Succeeds(string name, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(Path.Combine(LabGuest.Root, "tests/lab", name), arguments)
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
