namespace Profiler.Host.Processes;

/// <summary>A process that has a file open.</summary>
/// <param name="Id">The process id.</param>
/// <param name="Name">Its <c>comm</c>.</param>
public sealed record FileUser(int Id, string Name)
{
    public override string ToString() => $"{Name} (pid {Id})";

    /// <summary>The processes that have the file open; without root, only those of the same user.</summary>
    public static IReadOnlyList<FileUser> Of(string path)
    {
        var proc = new ProcFs();
        return
        [
            .. proc.Processes()
                .Where(pid => proc.DescriptorsOf(pid).Any(fd => fd.Target == path))
                .Select(pid => new FileUser(pid, proc.CommOf(pid))),
        ];
    }
}
