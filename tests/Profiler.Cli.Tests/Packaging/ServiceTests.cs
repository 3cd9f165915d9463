using System.CommandLine;
using Profiler.Cli.Commands;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Packaging;

/// <summary>The service in packaging/systemd: its command line is understood, and its rights are those that docs/install.md explains.</summary>
public sealed class ServiceTests
{
    private static readonly string[] Lines = File.ReadAllLines(Golden.Beside("../../../packaging/systemd/vfioscope.service"));

    [Fact]
    public void Its_command_line_is_understood()
    {
        string[] words = [.. Setting("ExecStart").Split(' ').Skip(1).Where(word => word != "$ARGS")];
        RootCommand root = CommandLine.Create();
        Assert.Equal("serve", CommandLine.Parse(root, words).CommandResult.Command.Name);
    }

    /// <summary>What serve does then: Serve/ServeSignalTests.cs; of the unit: tests/lab/service.</summary>
    [Fact]
    public void A_reload_is_a_hangup() => Assert.Equal("/bin/kill -HUP $MAINPID", Setting("ExecReload"));

    [Fact]
    public void Each_capability_is_explained_here_and_in_the_document()
    {
        string document = File.ReadAllText(Path.Combine(Golden.Repository, "docs/install.md"));
        string[] capabilities = Setting("CapabilityBoundingSet").Split(' ');
        Assert.Equal(capabilities, Setting("AmbientCapabilities").Split(' '));
        Assert.All(capabilities, name => Assert.Contains(Lines, line => line.StartsWith($"# {name}: ", StringComparison.Ordinal)));
        Assert.All(capabilities, name => Assert.Contains($"`{name}`", document, StringComparison.Ordinal));
    }

    [Fact]
    public void Each_line_is_a_setting_of_its_own() =>
        Assert.All(Lines.Where(line => line.Length > 0 && line[0] is not ('#' or '[')), line => Assert.Matches("^[A-Z][A-Za-z]+=", line));

    private static string Setting(string name) => Assert.Single(Lines, line => line.StartsWith($"{name}=", StringComparison.Ordinal))[(name.Length + 1)..];
}
