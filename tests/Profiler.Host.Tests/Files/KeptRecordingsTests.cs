using Profiler.Core.Capture;
using Profiler.Core.Lives;
using Profiler.Host.Files;

#pragma warning disable CA1416 // not on Windows: like all of this

namespace Profiler.Host.Tests.Files;

public sealed class KeptRecordingsTests : IDisposable
{
    private static readonly DateTimeOffset Night = new(2026, 11, 30, 3, 14, 7, TimeSpan.Zero);

    private readonly string _root = Directory.CreateTempSubdirectory("vfioscope-kept-").FullName;
    private readonly List<string> _warnings = [];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_recording_is_named_after_its_time_its_seconds_and_its_VM()
    {
        KeptRecordings kept = Kept();
        Keep(kept, "web-1", 17.21);
        kept.Keep(new KeptLife(Night.AddHours(1), null, 0), Write);
        Assert.Equal(["kept-20261130T031407Z-17.2s-web-1.vfioscope", "kept-20261130T041407Z-asked.vfioscope"], Files());
        Assert.Equal(new KeptCounts(2, 0, 20), kept.Counts);
        KeptFile newest = KeptRecordings.List(_root)[0];
        Assert.Equal(new KeptName(Night.AddHours(1), null, null, null, false), newest.Name);
        Assert.Equal(new KeptName(Night, 17.2, "web-1", KeptKind.Shutdown, false), KeptRecordings.List(_root)[1].Name);
    }

    [Theory]
    [InlineData(KeptKind.Shutdown, true, "kept-20261130T031407Z-running-40.2s-web-1.vfioscope")]
    [InlineData(KeptKind.Start, false, "kept-20261130T031407Z-start-40.2s-web-1.vfioscope")]
    [InlineData(KeptKind.Start, true, "kept-20261130T031407Z-running-start-40.2s-web-1.vfioscope")]
    [InlineData(KeptKind.Reset, false, "kept-20261130T031407Z-reset-40.2s-web-1.vfioscope")]
    public void What_was_kept_and_whether_it_was_over_is_in_the_name(KeptKind kind, bool running, string file)
    {
        Assert.Equal(file, KeptName.Of(new KeptLife(Night, "web-1", 40_200_000_000) { Kind = kind, Running = running }));
        Assert.Equal(new KeptName(Night, 40.2, "web-1", kind, running), KeptName.Parse(file));
        // Whatever a VM is called, that is its name.
        foreach (string vm in (string[])["running-40.2s-a", "start-1.0s-b", "asked", "running", "reset-"])
        {
            KeptName name = KeptName.Parse(KeptName.Of(new KeptLife(Night, vm, 1_000_000_000) { Kind = kind, Running = running }))!;
            Assert.Equal((vm, kind, running, 1.0), (name.Process, name.Kind, name.Running, name.Seconds));
        }
    }

    [Theory]
    [InlineData("../../etc/passwd", ".._.._etc_passwd")]
    [InlineData("-rf\n\u001b[31m\u202e *", "-rf___31m___")]
    [InlineData("", "_")]
    [InlineData("größe~2", "gr__e_2")]
    [InlineData("\ud83d\ude00-namespace/vmi", "_-namespace_vmi")]
    public void A_hostile_name_stays_in_the_directory_and_on_its_line(string vm, string safe)
    {
        string name = KeptName.Of(new KeptLife(Night, vm, 1_000_000_000));
        Assert.Equal($"kept-20261130T031407Z-1.0s-{safe}.vfioscope", name);
        Assert.Equal(safe, KeptName.Parse(name)!.Process);
    }

    [Fact]
    public void A_name_of_any_length_is_a_name_of_a_file()
    {
        string name = KeptName.Of(new KeptLife(Night, new string('x', 4096), long.MaxValue), 100);
        Assert.InRange(name.Length, 64, 255);
        Assert.NotNull(KeptName.Parse(KeptName.Of(new KeptLife(Night, new string('x', 4096), 0))));
    }

    [Fact]
    public void The_oldest_go_first_and_nothing_that_is_not_ours()
    {
        string[] others = ["kept-yesterday.vfioscope", "vm.vfioscope", "kept-20200101T000000Z-1.0s-a.vfioscope.bak"];
        foreach (string other in others)
            File.WriteAllText(At(other), "");
        KeptRecordings kept = Kept(maxFiles: 2);
        for (int hour = 0; hour < 4; hour++)
            kept.Keep(new KeptLife(Night.AddHours(hour), "vm", 1_000_000_000), Write);
        Assert.Equal(
            others.Append("kept-20261130T051407Z-1.0s-vm.vfioscope").Append("kept-20261130T061407Z-1.0s-vm.vfioscope").Order(StringComparer.Ordinal),
            Files());
    }

    [Fact]
    public void Their_size_is_bounded_and_the_newest_stays_in_any_case()
    {
        KeptRecordings kept = Kept(maxBytes: 25);
        for (int hour = 0; hour < 4; hour++)
            kept.Keep(new KeptLife(Night.AddHours(hour), "vm", 0), Write);
        Assert.Equal(2, Files().Length);
        kept.Keep(new KeptLife(Night.AddHours(9), "vm", 0), to => to.Write(new byte[1000]));
        Assert.Equal(["kept-20261130T121407Z-0.0s-vm.vfioscope"], Files());
        // Also if a clock was set back.
        kept.Keep(new KeptLife(Night, "vm", 0), Write);
        Assert.Contains("kept-20261130T031407Z-0.0s-vm.vfioscope", Files());
    }

    [Fact]
    public void The_newest_are_told_whoever_wrote_or_removed_them_and_not_more_than_32()
    {
        KeptRecordings kept = Kept();
        Keep(Kept(), "of another", 1);
        Assert.Empty(kept.Newest);
        kept.Refresh();
        Assert.Equal(new KeptRecording("kept-20261130T031407Z-1.0s-of_another.vfioscope", Night, "of_another", 1.0, KeptKind.Shutdown, false), Assert.Single(kept.Newest));
        File.Delete(At(kept.Newest[0].File));
        kept.Refresh();
        Assert.Empty(kept.Newest);
        for (int hour = 0; hour < 40; hour++)
            kept.Keep(new KeptLife(Night.AddHours(hour), null, 0), Write);
        Assert.Equal(32, kept.Newest.Length);
        Assert.Equal(Night.AddHours(39), kept.Newest[0].At);
        // What is there when the exporter begins is told at once, and what cannot be read is nothing.
        KeptRecordings next = Kept();
        next.Check();
        Assert.Equal(kept.Newest.ToArray(), next.Newest.ToArray());
        Directory.Delete(_root, recursive: true);
        next.Refresh();
        Assert.Empty(next.Newest);
        Directory.CreateDirectory(_root);
    }

    [Fact]
    public async Task Two_that_keep_the_same_at_the_same_moment_do_not_disturb_each_other()
    {
        KeptRecordings one = Kept(), other = Kept();
        await Task.WhenAll(
            Task.Run(() => Times(20, () => Keep(one, "vm", 1))),
            Task.Run(() => Times(20, () => Keep(other, "vm", 1))));
        Assert.Empty(_warnings);
        Assert.Equal((20, 20), (one.Counts.Written, other.Counts.Written));
        Assert.Equal(40, KeptRecordings.List(_root).Length);
        Assert.All(Files(), file => Assert.Equal(10, new FileInfo(At(file)).Length));
    }

    [Fact]
    public void What_cannot_be_written_is_said_once_and_counted_and_nothing_is_lost()
    {
        KeptRecordings kept = Kept(maxFiles: 1);
        Keep(kept, "before", 1);
        // /dev/full: what a full disk does.
        Action<Stream> full = _ => throw new IOException("No space left on device", Profiler.Linux.Errno.ENOSPC);
        kept.Keep(new KeptLife(Night.AddHours(1), "vm", 0), full);
        kept.Keep(new KeptLife(Night.AddHours(2), "vm", 0), full);
        Assert.Equal($"recordings of slow shutdowns cannot be kept: {_root}: disk full", Assert.Single(_warnings));
        Assert.Equal(new KeptCounts(1, 2, 10), kept.Counts);
        Assert.Equal(["kept-20261130T031407Z-1.0s-before.vfioscope"], Files());
        Assert.Empty(Directory.GetFiles(_root, ".*"));
        // When it works again, and fails again, that is said again.
        Keep(kept, "after", 1);
        kept.Keep(new KeptLife(Night.AddHours(2), "vm", 0), full);
        Assert.Equal(2, _warnings.Count);
    }

    [Fact]
    public void A_directory_that_cannot_be_is_said_before_it_is_needed()
    {
        var kept = new KeptRecordings(At("no/such"), 1, 100, _warnings.Add);
        kept.Check();
        Keep(kept, "vm", 1);
        Assert.Contains("there is no such directory", Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.Equal(new KeptCounts(0, 1, 0), kept.Counts);
    }

    [Fact]
    public void A_directory_is_made_for_its_owner_only()
    {
        var kept = new KeptRecordings(At("new"), 1, 100, _warnings.Add);
        kept.Check();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(At("new")));
        Assert.Empty(Directory.GetFileSystemEntries(At("new")));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void What_a_killed_one_left_is_removed_after_an_hour()
    {
        foreach (string name in (string[])[".kept-1.0123456789ab.partial", ".kept-2.0123456789ab.partial"])
            File.WriteAllText(At(name), "");
        File.SetLastWriteTimeUtc(At(".kept-1.0123456789ab.partial"), DateTime.UtcNow - TimeSpan.FromHours(2));
        Keep(Kept(), "vm", 1);
        Assert.Equal([".kept-2.0123456789ab.partial"], Directory.GetFiles(_root, ".*").Select(Path.GetFileName));
    }

    private static void Write(Stream to) => to.Write("0123456789"u8);

    private static void Keep(KeptRecordings kept, string vm, double seconds) =>
        kept.Keep(new KeptLife(Night, vm, (long)(seconds * 1e9)), Write);

    private static void Times(int count, Action action)
    {
        for (int i = 0; i < count; i++)
            action();
    }

    private KeptRecordings Kept(int maxFiles = 1000, long maxBytes = 1 << 20) => new(_root, maxFiles, maxBytes, _warnings.Add);

    private string At(string name) => Path.Combine(_root, name);

    private string[] Files() => [.. Directory.GetFiles(_root, "*kept*").Concat(Directory.GetFiles(_root, "vm*")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
}
