namespace Profiler.Host.Tests.Identity;

/// <summary>A folder laid out as procfs is.</summary>
internal sealed class FakeProc : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vfioscope-proc-");

    public string Root => _folder.FullName;

    /// <param name="arguments">Its command line.</param>
    /// <param name="cgroup">The file of that name; null for none.</param>
    /// <param name="open">What its file descriptors are.</param>
    public FakeProc Add(int pid, string[] arguments, string? cgroup = null, params string[] open)
    {
        string process = Path.Combine(Root, $"{pid}");
        Directory.CreateDirectory(Path.Combine(process, "fd"));
        File.WriteAllText(Path.Combine(process, "cmdline"), string.Concat(arguments.Select(a => a + "\0")));
        if (cgroup is not null)
            File.WriteAllText(Path.Combine(process, "cgroup"), cgroup + "\n");
        for (int fd = 0; fd < open.Length; fd++)
            File.CreateSymbolicLink(Path.Combine(process, $"fd/{fd}"), open[fd]);
        return Began(pid, pid);
    }

    /// <summary>When it began; without that, one after another in the order of their numbers.</summary>
    public FakeProc Began(int pid, long ticks)
    {
        File.WriteAllText(
            Path.Combine(Root, $"{pid}/stat"), $"{pid} (a) b) S 1 1 1 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 {ticks} 0 0\n");
        return this;
    }

    /// <summary>A thread of it, with what its kernel stack is.</summary>
    /// <param name="exiting">It is in do_exit; if it is the first thread, the process's own entry says so as well.</param>
    public FakeProc Thread(int pid, int thread, bool exiting, string stack = "")
    {
        string folder = Path.Combine(Root, $"{pid}/task/{thread}");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "stack"), stack);
        string stat = $"{thread} (a) b) S 1 1 1 0 -1 {(exiting ? 4194308 : 4194304)} 0 0 0 0 0 0 0 0 20 0 1 0 {pid} 0 0\n";
        File.WriteAllText(Path.Combine(folder, "stat"), stat);
        if (thread == pid)
            File.WriteAllText(Path.Combine(Root, $"{pid}/stat"), stat);
        return this;
    }

    /// <summary>It is gone.</summary>
    public void Remove(int pid) => Directory.Delete(Path.Combine(Root, $"{pid}"), recursive: true);

    public FakeProc Comm(int pid, string comm)
    {
        File.WriteAllText(Path.Combine(Root, $"{pid}/comm"), comm + "\n");
        return this;
    }

    public FakeProc FdInfo(int pid, int fd, string text)
    {
        Directory.CreateDirectory(Path.Combine(Root, $"{pid}/fdinfo"));
        File.WriteAllText(Path.Combine(Root, $"{pid}/fdinfo/{fd}"), "pos:\t0\n" + text + "\n");
        return this;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
