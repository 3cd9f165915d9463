using System.Reflection;

namespace Profiler.Cli.Commands;

/// <summary>The version of this program.</summary>
internal static class ProgramVersion
{
    /// <summary>"1.2.3"; what is behind a plus is the commit, where the build knows it.</summary>
    public static string Text => typeof(ProgramVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
}
