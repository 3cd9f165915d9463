using System.CommandLine;
using Profiler.Cli.Commands;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Packaging;

/// <summary>The man pages in packaging/man are those of the usage table. UPDATE_GOLDEN=1 rewrites them.</summary>
public sealed class ManPageTests
{
    private static readonly string Folder = Golden.Beside("../../../packaging/man");

    public static TheoryData<string> Commands => ["", .. CommandLine.Create().Subcommands.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void It_is_as_in_its_file(string name)
    {
        RootCommand root = CommandLine.Create();
        Command command = name.Length == 0 ? root : root.Subcommands.Single(c => c.Name == name);
        Golden.Equal(Path.Combine(Folder, ManPage.FileName(command)), ManPage.Of(command));
    }

    [Fact]
    public void There_is_none_of_a_command_that_went() => Assert.Equal(
        CommandLine.Create() is var root ? root.Subcommands.Prepend(root).Select(ManPage.FileName).Order(StringComparer.Ordinal) : [],
        Directory.EnumerateFiles(Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    // A line that begins with a dot or a quote is a request to roff: only ours are.
    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_request_in_it_is_one_of_the_macros(string name)
    {
        RootCommand root = CommandLine.Create();
        string page = ManPage.Of(name.Length == 0 ? root : root.Subcommands.Single(c => c.Name == name));
        string[] macros = ["TH", "SH", "TP", "PP", "BR", "nh", "ad", "nf", "fi"];
        Assert.All(page.Split('\n').Where(line => line is ['.' or '\'', ..]), line => Assert.Contains(line[1..].Split(' ')[0], macros));
    }
}
