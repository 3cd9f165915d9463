using System.Diagnostics;
using Profiler.Tests.Support;

#pragma warning disable CA1416 // not on Windows

namespace Profiler.Cli.Tests.Packaging;

/// <summary>What `make install` installs, as a list to be read beside this file; UPDATE_GOLDEN=1 rewrites it.</summary>
public sealed class InstallTests
{
    [Fact]
    public void It_installs_these_files_and_keeps_settings_that_are_there()
    {
        string root = Directory.CreateTempSubdirectory("vfioscope-install-").FullName;
        try
        {
            string settings = Path.Combine(root, "etc/default/vfioscope");
            Directory.CreateDirectory(Path.GetDirectoryName(settings)!);
            File.WriteAllText(settings, "ARGS=\"--max-vms 3\"\n");
            Make($"DESTDIR={root}", "PREFIX=/usr");

            Golden.Equal(Golden.Beside("installed.txt"), string.Concat(Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
                .Select(file => $"{Mode(file)} {file[root.Length..]}\n").OrderBy(line => line[4..], StringComparer.Ordinal)));
            Assert.Equal("ARGS=\"--max-vms 3\"\n", File.ReadAllText(settings));
            string unit = File.ReadAllText(Path.Combine(root, "usr/lib/systemd/system/vfioscope.service"));
            Assert.Contains("ExecStart=/usr/bin/vfioscope serve --web.systemd-socket", unit, StringComparison.Ordinal);
            Assert.DoesNotContain("@bindir@/", unit, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static string Mode(string file) => Convert.ToString((int)File.GetUnixFileMode(file), 8);

    // The program is taken as it is: to build it is not what is tested.
    private static void Make(params string[] variables)
    {
        var start = new ProcessStartInfo("make", ["--no-print-directory", "--assume-old=out/vfioscope", "install", .. variables])
        {
            WorkingDirectory = Golden.Repository,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Of a make that runs the tests.
        foreach (string name in new[] { "MAKEFLAGS", "MAKELEVEL", "MFLAGS" })
            start.Environment.Remove(name);
        using Process make = Process.Start(start)!;
        Task<string> error = make.StandardError.ReadToEndAsync();
        string output = make.StandardOutput.ReadToEnd();
        make.WaitForExit();
        Assert.True(make.ExitCode == 0, output + error.Result);
    }
}
