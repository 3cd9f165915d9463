using System.Diagnostics;
using System.Text;
using Profiler.Core;
using Profiler.Host.Files;
using Profiler.Linux;

#pragma warning disable CA1416 // not on Windows

namespace Profiler.Host.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vfioscope-file-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void It_has_its_name_when_it_is_whole_and_nothing_is_left_beside_it()
    {
        using (var file = new AtomicFile(At("x")))
        {
            Put(file, "new");
            Assert.False(File.Exists(At("x")));
            file.Commit();
        }
        Assert.Equal("new", File.ReadAllText(At("x")));
        Assert.Equal([At("x")], Directory.EnumerateFileSystemEntries(_directory));
    }

    [Fact]
    public void What_is_given_up_leaves_the_old_one_as_it_was()
    {
        File.WriteAllText(At("x"), "old");
        using (var file = new AtomicFile(At("x")))
            Put(file, "half");
        Assert.Equal("old", File.ReadAllText(At("x")));
        Assert.Equal([At("x")], Directory.EnumerateFileSystemEntries(_directory));
    }

    [Fact]
    public void Nobody_can_foresee_its_name_until_then_or_have_it_go_elsewhere()
    {
        File.WriteAllText(At("victim"), "old");
        File.CreateSymbolicLink(At("x.partial"), At("victim"));
        File.CreateSymbolicLink(At(".x.partial"), At("victim"));
        using AtomicFile first = new(At("x")), second = new(At("x"));
        string[] names = [.. Directory.EnumerateFiles(_directory, ".x.?*.partial").Where(f => new FileInfo(f).LinkTarget is null)];
        Assert.Equal(2, names.Distinct().Count());
        Assert.All(names, n => Assert.Matches("/\\.x\\.[0-9a-f]{12}\\.partial$", n));
        Assert.Equal("old", File.ReadAllText(At("victim")));
    }

    [Fact]
    public void Of_two_writers_the_last_wins_whole()
    {
        using AtomicFile first = new(At("x")), second = new(At("x"));
        Put(first, "first, and long");
        Put(second, "second");
        first.Commit();
        Assert.Equal("first, and long", File.ReadAllText(At("x")));
        second.Commit();
        Assert.Equal("second", File.ReadAllText(At("x")));
    }

    [Fact]
    public void A_symbolic_link_stays_one_and_what_it_leads_to_is_replaced()
    {
        Directory.CreateDirectory(At("real/deep"));
        File.WriteAllText(At("real/target"), "old");
        Directory.CreateSymbolicLink(At("way"), At("real/deep"));
        File.CreateSymbolicLink(At("real/deep/hop"), "../target");
        File.CreateSymbolicLink(At("link"), "way/hop");
        Write(At("link"), "new");
        Assert.Equal("way/hop", new FileInfo(At("link")).LinkTarget);
        Assert.Equal("new", File.ReadAllText(At("real/target")));
        Assert.Null(new FileInfo(At("real/target")).LinkTarget);
    }

    [Fact]
    public void A_link_to_nothing_has_it_made_where_it_leads()
    {
        File.CreateSymbolicLink(At("link"), "later");
        Write(At("link"), "new");
        Assert.Equal("later", new FileInfo(At("link")).LinkTarget);
        Assert.Equal("new", File.ReadAllText(At("later")));
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead)]
    public void Permissions_of_a_file_that_is_there_are_kept(UnixFileMode mode)
    {
        File.WriteAllText(At("x"), "old");
        File.SetUnixFileMode(At("x"), mode);
        Write(At("x"), "new");
        Assert.Equal(mode, File.GetUnixFileMode(At("x")));
    }

    [Fact]
    public void A_recording_is_for_nobody_else()
    {
        using (var file = new AtomicFile(At("x"), AtomicFile.Private))
        {
            Assert.Equal(AtomicFile.Private, File.GetUnixFileMode(Directory.EnumerateFiles(_directory).Single()));
            file.Commit();
        }
        Assert.Equal(AtomicFile.Private, File.GetUnixFileMode(At("x")));
    }

    [Fact]
    public async Task A_pipe_is_written_to_and_stays_one()
    {
        using (var mkfifo = Process.Start("mkfifo", [At("pipe")]))
            mkfifo.WaitForExit();
        Task<string> read = Task.Run(() => File.ReadAllText(At("pipe")));
        await Task.Run(() => Write(At("pipe"), "new"));
        Assert.Equal("new", await read);
        Assert.False(Posix.Stat(At("pipe"))!.Value.IsRegular);
    }

    [Fact]
    public void A_device_stays_one()
    {
        Write("/dev/null", "new");
        using var file = new AtomicFile("/dev/full");
        Assert.Equal(Errno.ENOSPC, Assert.Throws<IOException>(() => Put(file, "new")).HResult);
        Assert.False(Posix.Stat("/dev/full")!.Value.IsRegular);
        Assert.False(Posix.Stat("/dev/null")!.Value.IsRegular);
    }

    [Fact]
    public void What_was_written_can_be_kept_and_is_named()
    {
        using (var file = new AtomicFile(At("x")))
        {
            Put(file, "half");
            Assert.Equal(At("x"), file.Keep());
        }
        Assert.Equal("half", File.ReadAllText(At("x")));
    }

    [Fact]
    public void What_is_kept_replaces_no_whole_one()
    {
        File.WriteAllText(At("x"), "whole");
        string kept;
        using (var file = new AtomicFile(At("x")))
        {
            Put(file, "half");
            kept = file.Keep();
        }
        Assert.Equal("whole", File.ReadAllText(At("x")));
        Assert.NotEqual(At("x"), kept);
        Assert.Equal("half", File.ReadAllText(kept));
    }

    [Theory]
    [InlineData(".", ExitCode.Usage)]
    [InlineData("nosuch/x", ExitCode.Usage)]
    [InlineData("nosuch/", ExitCode.Usage)]
    [InlineData("/proc/x", ExitCode.NotPossible)]
    public void Where_it_cannot_be_is_said(string path, int code) =>
        Assert.Equal(code, Assert.Throws<UserException>(() => new AtomicFile(path.StartsWith('/') ? path : At(path))).Code);

    private string At(string name) => Path.Combine(_directory, name);

    private static void Write(string path, string text)
    {
        using var file = new AtomicFile(path);
        Put(file, text);
        file.Commit();
    }

    private static void Put(AtomicFile file, string text) => file.Stream.Write(Encoding.UTF8.GetBytes(text));
}
