using System.Globalization;

namespace Profiler.Cli.Vfio;

/// <summary>A process that has a file open.</summary>
/// <param name="Id">The process id.</param>
/// <param name="Name">The process's own name for itself (<c>comm</c>).</param>
internal sealed record FileUser(int Id, string Name)
{
    public override string ToString() => $"{Name} (pid {Id})";

    /// <summary>Looks through the descriptors of all processes; without root, only those of the same user can be seen.</summary>
    public static IReadOnlyList<FileUser> Of(string path)
    {
        var users = new List<FileUser>();
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), CultureInfo.InvariantCulture, out int id))
                continue;
            try
            {
                if (HasOpen(process, path))
                    users.Add(new FileUser(id, File.ReadAllText(Path.Combine(process, "comm")).TrimEnd()));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile, or is not ours to look into.
            }
        }
        return users;
    }

    private static bool HasOpen(string process, string path) =>
        Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd")).Any(fd => new FileInfo(fd).LinkTarget == path);
}
