using Profiler.Cli.Unix;
using Profiler.Core;
using Profiler.Metrics.Halves;

namespace Profiler.Cli.Commands;

/// <summary>The process that <c>serve</c> starts to answer requests. It is no command: nobody else starts it.</summary>
internal static class HttpHalf
{
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
            return await TalkingHalf.Run(settings, Console.Error, ProgramVersion.Text, StopSignals.Token);
        }
#pragma warning disable CA1031 // every error is one line
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Failure.Tell(e);
        }
    }
}
