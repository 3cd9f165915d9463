using System.Diagnostics;
using Profiler.Tests.Support;

namespace Profiler.Report.Tests;

/// <summary>A schema of docs/, applied by an implementation that is not ours (Debian's python3-jsonschema).</summary>
internal static class Schema
{
    public static void Validate(string jsonFile, string name = "report.schema.json") =>
        ValidateWith(jsonFile, Golden.Beside($"../../docs/{name}"));

    /// <param name="schema">A file.</param>
    public static void ValidateWith(string jsonFile, string schema)
    {
        using Process process = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-m", "jsonschema", "-i", jsonFile, schema])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        string errors = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{jsonFile} does not keep to the schema (run ./setup.sh if jsonschema is missing):\n{errors}");
    }
}
