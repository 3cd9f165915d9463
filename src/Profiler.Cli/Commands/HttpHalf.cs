using System.Reflection;
using Profiler.Cli.Unix;
using Profiler.Core;
using Profiler.Metrics.Halves;

namespace Profiler.Cli.Commands;

/// <summary>The process that <c>serve</c> starts to answer requests. It is no command: nobody else starts it.</summary>
internal static class HttpHalf
{
    /// <summary>The version of this program; what is behind a plus is the commit, where the build knows it.</summary>
    public static string Version => typeof(HttpHalf).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <returns>The exit code.</returns>
    public static async Task<int> Run(string[] arguments)
    {
        try
        {
            TalkingSettings settings = TalkingSettings.From(arguments)
                ?? throw UserException.Usage($"{TalkingSettings.Command} is started by serve, and by nobody else");
            TalkingHalf.Confine(settings);
            StopSignals.Listen();
            StandardStreams.TakeOver();
            StopSignals.Action = OnStop.Cancel;
            // The kernel half hears it as well, and says what to do.
            StopSignals.Reload = () => { };
            return await TalkingHalf.Run(settings, Console.Error, Version, StopSignals.Token);
        }
#pragma warning disable CA1031 // every error is one line
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Failure.Tell(e);
        }
    }
}
