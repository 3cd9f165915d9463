using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>Runs a script in a lab guest: a stock kernel with real VFIO devices (tests/lab/run).</summary>
public sealed class LabGuest
{
    // Of the host, which may be busy: for a guest that never ends. The slowest was over after 5 min 20 s, on a host with 6 to 16 to run on two
    // processors.
    private const int TimeoutSeconds = 900;

    private LabGuest(string output, int exitCode, string stdout, string stderr) =>
        (Output, ExitCode, Stdout, Stderr) = (output, exitCode, stdout, stderr);

    /// <summary>The host's side of the guest's $OUT.</summary>
    public string Output { get; }

    public int ExitCode { get; }

    public string Stdout { get; }

    public string Stderr { get; }

    /// <summary>What tests/lab/run says about the machine; else the script's last words.</summary>
    private string Reason
    {
        get
        {
            string[] lines = Stderr.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return lines.LastOrDefault(line => line.StartsWith("lab: ", StringComparison.Ordinal)) ?? lines.LastOrDefault("");
        }
    }

    /// <summary>The checkout: the same path inside the guest.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// Boots a guest and runs a bash script in the checkout; fails if the script does. With one CPU, our
    /// recorder does not run between two probes at one place: two CPUs of a guest take turns, by one clock, and an event of the first probe
    /// wakes the recorder on the other CPU.
    /// </summary>
    public static LabGuest Run(string script, int devices, string kernel = "6.12", string topology = "ports", int? cpus = null)
    {
        LabGuest guest = Try(script, devices, kernel, topology, cpus);
        Assert.True(guest.ExitCode == 0,
            $"the guest's script ended with {guest.ExitCode}: {guest.Reason}\nstdout:\n{guest.Stdout}\nstderr:\n{guest.Stderr}\nlogs: {guest.Output}");
        return guest;
    }

    private static LabGuest Try(string script, int devices, string kernel, string topology, int? cpus = null)
    {
        string output = Directory.CreateTempSubdirectory("vfioscope-lab-").FullName;
        string file = Path.Combine(output, "script");
        File.WriteAllText(file, "set -euo pipefail\nsource tests/lab/wait.sh\n" + script);
        var start = new ProcessStartInfo(Path.Combine(Root, "tests/lab/run"))
        {
            ArgumentList =
            {
                "--kernel", kernel, "--devices", $"{devices}", "--topology", topology, "--timeout", $"{TimeoutSeconds}", "--out", output,
                "--cpus", $"{cpus}", "--", "bash", "-c", "source \"$OUT/script\"",
            },
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> stderr = process.StandardError.ReadToEndAsync();
        string stdout = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new LabGuest(output, process.ExitCode, stdout, stderr.Result);
    }

    /// <summary>Runs a program of the checkout on the host, before a guest needs what it makes; fails if it does.</summary>
    public static void Prepare(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(Path.Combine(Root, program), arguments)
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> stderr = process.StandardError.ReadToEndAsync();
        string stdout = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, stdout + stderr.Result);
    }

    /// <summary>A file that the script left in $OUT, as JSON.</summary>
    public JsonNode Json(string name) => JsonNode.Parse(Text(name))!;

    /// <summary>A file that the script left in $OUT.</summary>
    public string Text(string name) => File.ReadAllText(Path.Combine(Output, name));

    private static string FindRoot()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "Profiler.sln")))
            directory = Path.GetDirectoryName(directory);
        return directory ?? throw new InvalidOperationException("the tests must run inside the checkout");
    }
}
