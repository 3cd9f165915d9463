using System.Diagnostics;
using Profiler.Host.Pci;
using Profiler.Host.Processes;

namespace Profiler.Cli.Tests.Why;

/// <summary>
/// A host of a readable text, as folders laid out as procfs and sysfs are. "== PATH" begins a file, "== PATH -> TARGET" is a link. What follows
/// "==== later" is written when the second look begins; \e and \0 are these characters.
/// </summary>
internal sealed class StagedHost : IDisposable
{
    private const string Later = "==== later\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vfioscope-why-");
    private readonly string _later;

    public StagedHost(string text)
    {
        string[] parts = text.Split(Later);
        _later = parts is [_, var later] ? later : "";
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "proc"));
        Write(parts[0]);
    }

    public ProcFs Proc => new(Path.Combine(_folder.FullName, "proc"));

    public DeviceIdentities Devices => new(new PciSysfs(Path.Combine(_folder.FullName, "sys")), new PciIds());

    /// <summary>Who reads a file waits from now on. Returns the path of the pipe that it is now.</summary>
    public string Stall(string file)
    {
        string path = Path.Combine(_folder.FullName, file);
        File.Delete(path);
        using Process make = Process.Start("mkfifo", [path]);
        make.WaitForExit();
        return path;
    }

    /// <summary>Time passes.</summary>
    public void GoOn() => Write(_later);

    public void Dispose() => _folder.Delete(recursive: true);

    private void Write(string text)
    {
        foreach (string entry in text.Split("== ", StringSplitOptions.RemoveEmptyEntries).Where(e => !e.StartsWith('#')))
        {
            string[] lines = entry.Split('\n', 2);
            string[] link = lines[0].Split(" -> ");
            string path = Path.Combine(_folder.FullName, link[0]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (link is [_, var target])
                File.CreateSymbolicLink(path, target);
            else
                File.WriteAllText(path, lines[1].Replace("\\e", "\e", StringComparison.Ordinal).Replace("\\0", "\0", StringComparison.Ordinal));
        }
    }
}
