using System.Diagnostics;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Packaging;

/// <summary>The completions in packaging/completion are those of the usage table, and bash completes with them. UPDATE_GOLDEN=1 rewrites them.</summary>
public sealed class CompletionTests
{
    private static readonly string Folder = Golden.Beside("../../../packaging/completion");

    [Theory]
    [InlineData("vfioscope.bash")]
    [InlineData("_vfioscope")]
    [InlineData("vfioscope.fish")]
    public void It_is_as_in_its_file(string file)
    {
        UsageCommand[] all = UsageTable.All();
        string text = file switch
        {
            "vfioscope.bash" => Completions.Bash(all),
            "_vfioscope" => Completions.Zsh(all),
            _ => Completions.Fish(all),
        };
        Golden.Equal(Path.Combine(Folder, file), text);
    }

    [Fact]
    public void Bash_knows_all_commands() =>
        Assert.Equal(UsageTable.All()[1..].Select(c => c.Name), Complete("vfioscope", "").Where(word => word[0] != '-'));

    [Fact]
    public void Bash_knows_all_options()
    {
        foreach (UsageCommand command in UsageTable.All()[1..])
            Assert.Equal(command.Options.SelectMany(o => o.Names), Complete("vfioscope", command.Name, "-"));
    }

    [Theory]
    [InlineData("report --format ", "text json html")]
    [InlineData("report --format = j", "json")]
    [InlineData("serve --otlp.protocol ", "grpc http/protobuf")]
    [InlineData("release --mode pro", "processes")]
    [InlineData("help comp", "compare")]
    [InlineData("record --duration ", "")]
    [InlineData("record -o ", "a b.vfioscope")]
    [InlineData("report a", "a b.vfioscope")]
    [InlineData("compare --before ", "a b.vfioscope")]
    [InlineData("no-such-command ", "")]
    public void Bash_completes(string typed, string expected) =>
        Assert.Equal(expected, string.Join(' ', Complete(["vfioscope", .. typed.Split(' ')])));

    // In a directory with one file, "a b.vfioscope".
    private static string[] Complete(params string[] words)
    {
        string directory = Directory.CreateTempSubdirectory("vfioscope-completion-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(directory, "a b.vfioscope"), "");
            const string Script = """
                set -u
                source "$1"
                shift
                COMP_WORDS=("$@") COMP_CWORD=$(( $# - 1 ))
                _vfioscope
                printf '%s\n' "${COMPREPLY[@]}"
                """;
            using Process bash = Process.Start(new ProcessStartInfo("bash", ["-c", Script, "bash", Path.Combine(Folder, "vfioscope.bash"), .. words])
            {
                WorkingDirectory = directory,
                RedirectStandardOutput = true,
            })!;
            string output = bash.StandardOutput.ReadToEnd();
            bash.WaitForExit();
            Assert.Equal(0, bash.ExitCode);
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
