using System.Diagnostics;

namespace Profiler.Lab.Tests;

/// <summary>Runs one of the scripts in tests/lab that boot guests of their own and print a table.</summary>
public static class LabScript
{
    /// <summary>The kernels that KERNELS in the environment names. Else those a class is run on each time, and with "all" the rest as well.</summary>
    /// <param name="each">One or two where most can go wrong in what the class is about. (MatrixTests are run on all each time.)</param>
    /// <param name="rest">The others that it is for: with them it takes much longer.</param>
    public static string[] Kernels(string each, string rest = "") => Environment.GetEnvironmentVariable("KERNELS") switch
    {
        null or "" => each.Split(' '),
        "all" => [.. each.Split(' '), .. rest.Split(' ', StringSplitOptions.RemoveEmptyEntries)],
        { } chosen => chosen.Split(' '),
    };

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
