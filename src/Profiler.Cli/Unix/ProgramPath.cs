using Profiler.Core;
using Profiler.Core.Wire;
using Profiler.Linux;

namespace Profiler.Cli.Unix;

/// <summary>Which program a name means, by the rules of execvp(3): those of every shell.</summary>
internal static class ProgramPath
{
    /// <summary>Where it is. A name without a slash is looked for in PATH, and nowhere else.</summary>
    /// <exception cref="UserException">There is none.</exception>
    public static string Find(string name, string? path)
    {
        if (name.Contains('/', StringComparison.Ordinal))
            return Posix.Stat(name) is not null
                ? Path.GetFullPath(name)
                : throw UserException.Usage($"{Printable.Clean(name, 4096)} cannot be started: there is no such file");
        // An empty part of PATH is the current directory: whoever writes that wants it.
        return (path ?? "/bin:/usr/bin").Split(':')
            .Select(directory => Path.Combine(Path.GetFullPath(directory.Length == 0 ? "." : directory), name))
            .FirstOrDefault(Posix.IsExecutable)
            ?? throw UserException.Usage($"{Printable.Clean(name, 4096)} cannot be started: it is not in PATH");
    }
}
