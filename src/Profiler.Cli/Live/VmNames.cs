using System.Collections.Concurrent;
using System.Text;

namespace Profiler.Cli.Live;

/// <summary>
/// Names of virtual machines, from the command lines of their processes (QEMU's <c>-name</c>). Asked while
/// the process lives: one that exits has no command line any more.
/// </summary>
/// <param name="proc">Where procfs is.</param>
internal sealed class VmNames(string proc = "/proc")
{
    private readonly ConcurrentDictionary<int, string> _known = new();

    public IReadOnlyDictionary<int, string> Known => _known;

    /// <summary>Looks at all processes that have a VFIO device open now.</summary>
    public void Scan()
    {
        foreach (string directory in Directory.EnumerateDirectories(proc))
        {
            if (int.TryParse(Path.GetFileName(directory), out int pid) && HasVfioDevice(directory))
                Learn(pid);
        }
    }

    /// <summary>Looks at one process; returns its virtual machine's name, null if it has none.</summary>
    public string? Learn(int pid)
    {
        if (_known.TryGetValue(pid, out string? known))
            return known;
        try
        {
            string[] arguments = Encoding.UTF8.GetString(File.ReadAllBytes($"{proc}/{pid}/cmdline")).Split('\0');
            if (NameIn(arguments) is { } name)
                return _known[pid] = name;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is gone already: then it stays without a name.
        }
        return null;
    }

    /// <summary><c>-name guest=NAME,debug-threads=on</c>, or <c>-name NAME</c>; a comma in the name is doubled.</summary>
    internal static string? NameIn(IReadOnlyList<string> arguments)
    {
        for (int i = 0; i + 1 < arguments.Count; i++)
        {
            if (arguments[i] is not ("-name" or "--name"))
                continue;
            string[] parts = arguments[i + 1].Replace(",,", "\0", StringComparison.Ordinal).Split(',');
            string? guest = parts.FirstOrDefault(p => p.StartsWith("guest=", StringComparison.Ordinal))?[6..]
                ?? parts.FirstOrDefault(p => !p.Contains('=', StringComparison.Ordinal));
            return string.IsNullOrEmpty(guest) ? null : Printable.Clean(guest.Replace('\0', ','));
        }
        return null;
    }

    private static bool HasVfioDevice(string directory)
    {
        try
        {
            return Directory.EnumerateFiles(directory + "/fd")
                .Any(fd => new FileInfo(fd).LinkTarget is { } target &&
                    (target.StartsWith("/dev/vfio/", StringComparison.Ordinal) || target.Contains("[vfio-device]", StringComparison.Ordinal)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
