using Profiler.Cli.Unix;
using Profiler.Core;

#pragma warning disable CA1416 // not on Windows

namespace Profiler.Cli.Tests.Unix;

public sealed class ProgramPathTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vfioscope-path-").FullName;

    public ProgramPathTests()
    {
        foreach (string name in new[] { "a/tool", "b/tool", "c/tool" })
        {
            string path = Path.Combine(_directory, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "#!/bin/sh\n");
            File.SetUnixFileMode(path, name[0] == 'a' ? UnixFileMode.UserRead : UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
        Directory.CreateDirectory(Path.Combine(_directory, "d/tool"));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void It_is_the_first_in_PATH_that_may_be_executed() =>
        Assert.Equal($"{_directory}/b/tool", ProgramPath.Find("tool", $"/nosuch:{_directory}/a:{_directory}/d:{_directory}/b:{_directory}/c"));

    [Fact]
    public void A_name_alone_is_not_looked_for_where_we_are()
    {
        string here = Path.GetRandomFileName();
        File.WriteAllText(here, "#!/bin/sh\n");
        File.SetUnixFileMode(here, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            var error = Assert.Throws<UserException>(() => ProgramPath.Find(here, $"{_directory}/b"));
            Assert.Equal((ExitCode.Usage, $"{here} cannot be started: it is not in PATH"), (error.Code, error.Message));
            Assert.Equal(Path.GetFullPath(here), ProgramPath.Find($"./{here}", $"{_directory}/b"));
        }
        finally
        {
            File.Delete(here);
        }
    }

    [Fact]
    public void Without_PATH_it_is_where_the_system_has_its_programs() => Assert.EndsWith("bin/sh", ProgramPath.Find("sh", null), StringComparison.Ordinal);
}
