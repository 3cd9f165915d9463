using System.Diagnostics;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Support;

/// <summary>The shipped program as a shell starts it: in a process of its own, with real streams and signals.</summary>
internal static class Shell
{
    // For wait_for.
    private static readonly string Waiting = Golden.Beside("../../lab/wait.sh");

    /// <summary>Runs a script of bash in an empty directory, $D; "vfioscope " is the program, $R the recording.</summary>
    /// <returns>Its exit code and what came on standard error.</returns>
    public static (int Code, string Error) Run(string script, string recording)
    {
        string directory = Directory.CreateTempSubdirectory("vfioscope-shell-").FullName;
        try
        {
            using Process bash = Process.Start(new ProcessStartInfo("bash")
            {
                ArgumentList = { "-c", $". {Waiting}; D={directory} R={recording}; cd $D; {script.Replace("vfioscope ", $"{ShippedProgram.Path} ", StringComparison.Ordinal)}" },
                RedirectStandardError = true,
                RedirectStandardOutput = true,
                RedirectStandardInput = true,
            })!;
            bash.StandardInput.Close();
            Task<string> output = bash.StandardOutput.ReadToEndAsync();
            string error = bash.StandardError.ReadToEnd();
            bash.WaitForExit();
            _ = output.Result;
            return (bash.ExitCode, error);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
