using System.Text.Json;
using System.Text.RegularExpressions;
using Profiler.Cli.Commands;
using Profiler.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace Profiler.Cli.Tests.Packaging;

/// <summary>
/// The image and the DaemonSet: their command line is understood, they are of this version, and have the rights of the service. That these
/// are enough is tried in a guest: tests/lab/container.
/// </summary>
public sealed partial class ContainerTests
{
    private static readonly YamlNode DaemonSet = Read("packaging/kubernetes/vfioscope.yaml").Single(document => Text(document["kind"]) == "DaemonSet");

    private static YamlNode Container => Assert.Single((YamlSequenceNode)DaemonSet["spec"]["template"]["spec"]["containers"]);

    [Fact]
    public void Its_command_line_is_understood() =>
        Assert.Equal("serve", CommandLine.Parse(CommandLine.Create(), Texts(Container["args"])).CommandResult.Command.Name);

    [Fact]
    public void The_image_does_the_same_by_default()
    {
        string command = Assert.Single(Lines("packaging/container/Containerfile"), line => line.StartsWith("CMD ", StringComparison.Ordinal));
        Assert.Equal(Texts(Container["args"]), JsonSerializer.Deserialize<string[]>(command["CMD ".Length..])!);
    }

    [Fact]
    public void It_is_of_this_version()
    {
        string version = Lines("Directory.Build.props").Select(line => Version().Match(line)).Single(match => match.Success).Groups[1].Value;
        Assert.Equal($"vfioscope:{version}", Text(Container["image"]));
    }

    [Fact]
    public void It_has_the_capabilities_of_the_service()
    {
        string unit = Assert.Single(
            Lines("packaging/systemd/vfioscope.service"), line => line.StartsWith("CapabilityBoundingSet=", StringComparison.Ordinal));
        Assert.Equal(
            unit["CapabilityBoundingSet=".Length..].Split(' '), Texts(Container["securityContext"]["capabilities"]["add"]).Select(name => $"CAP_{name}"));
    }

    private static YamlNode[] Read(string file)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(File.ReadAllText(Path.Combine(Golden.Repository, file))));
        return [.. stream.Documents.Select(document => document.RootNode)];
    }

    private static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Golden.Repository, file));

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    private static string[] Texts(YamlNode node) => [.. ((YamlSequenceNode)node).Select(Text)];

    [GeneratedRegex("<Version>(.*)</Version>")]
    private static partial Regex Version();
}
