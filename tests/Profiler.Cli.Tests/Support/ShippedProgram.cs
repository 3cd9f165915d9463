using System.Diagnostics;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Support;

/// <summary>The program as it is shipped: the one file that <c>make build</c> makes, compiled ahead of time.</summary>
internal static class ShippedProgram
{
    public static string Path
    {
        get
        {
            string path = System.IO.Path.Combine(Golden.Repository, "out", "vfioscope");
            Assert.True(File.Exists(path), $"{path} is not built; run `make build`");
            return path;
        }
    }

    /// <summary>Runs it to its end, with an environment in which no .NET is to be found.</summary>
    public static async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
