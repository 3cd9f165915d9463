using System.Diagnostics;

namespace Profiler.Metrics.Tests;

/// <summary>Prometheus' own reader of its text format.</summary>
internal static class Promtool
{
    /// <summary>What <c>promtool check metrics</c> says about a text; nothing if it is as it should be.</summary>
    public static string Complaints(string text)
    {
        string? path = Environment.GetEnvironmentVariable("PATH")?.Split(':')
            .Select(directory => Path.Combine(directory, "promtool"))
            .FirstOrDefault(File.Exists);
        Assert.True(path is not null, "promtool is missing: run ./setup.sh");
        using var promtool = Process.Start(new ProcessStartInfo(path!, "check metrics")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        promtool.StandardInput.Write(text);
        promtool.StandardInput.Close();
        string complaints = promtool.StandardError.ReadToEnd() + promtool.StandardOutput.ReadToEnd();
        promtool.WaitForExit();
        return promtool.ExitCode == 0 ? complaints : $"exit code {promtool.ExitCode}: {complaints}";
    }
}
