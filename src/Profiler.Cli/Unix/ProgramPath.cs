using Profiler.Core;
using Profiler.Core.Wire;
using Profiler.Linux;

namespace Profiler.Cli.Unix;

/// <summary>Finds a program by its name, by the rules of execvp(3), as a shell does.</summary>
internal static class ProgramPath
{
    /// <summary>Its path. A name without a slash is looked up in PATH only.</summary>
    /// <exception cref="UserException">There is no such program (2).</exception>
    public static string Find(string name, string? path)
    {
        if (name.Contains('/', StringComparison.Ordinal))
            return Posix.Stat(name) is not null
                ? Path.GetFullPath(name)
                : throw UserException.Usage($"{Printable.Clean(name, 4096)} cannot be started: there is no such file");
        // An empty part of PATH is the current directory, by intent.
        return (path ?? "/bin:/usr/bin").Split(':')
            .Select(directory => Path.Combine(Path.GetFullPath(directory.Length == 0 ? "." : directory), name))
            .FirstOrDefault(Posix.IsExecutable)
            ?? throw UserException.Usage($"{Printable.Clean(name, 4096)} cannot be started: it is not in PATH");
    }
}
