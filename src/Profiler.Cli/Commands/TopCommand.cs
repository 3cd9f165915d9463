using System.CommandLine;
using Profiler.Cli.Live;
using Profiler.Cli.Tui;

namespace Profiler.Cli.Commands;

/// <summary><c>vfioscope top</c>: the terminal view; lines of text where there is no terminal.</summary>
internal static class TopCommand
{
    private static readonly TimeSpan RedrawPeriod = TimeSpan.FromMilliseconds(250);

    public static Command Create()
    {
        var command = new Command("top", "Shows releases and shutdowns as they happen, live or of a recording.");
        SourceOptions.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var stop = new StopSignals(cancellation);
            using LiveProfile profile = SourceOptions.Open(parsed, TimeProvider.System);
            using var screen = Screen.Open();
            try
            {
                if (screen is not null)
                    await Draw(profile, screen, stop.Token);
                else
                    await Print(profile, parsed.InvocationConfiguration, stop.Token);
            }
            catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
            {
                // Asked to end: that is how this ends.
            }
            catch (IOException e)
            {
                throw UserException.NotPossible($"the output cannot be written: {e.Message}", e);
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task Draw(LiveProfile profile, Screen screen, CancellationToken stop)
    {
        profile.Start();
        using var ticks = new PeriodicTimer(RedrawPeriod);
        do
        {
            if (profile.Completion.IsFaulted)
                await profile.Completion;
            screen.Draw(profile.State());
        }
        while (await ticks.WaitForNextTickAsync(stop) && !Screen.QuitPressed());
    }

    // Lines are written by the thread that brings the events: whoever reads them slowly makes the kernel count events as lost.
    private static async Task Print(LiveProfile profile, InvocationConfiguration console, CancellationToken stop)
    {
        var line = new EventLine(profile.Info, profile.Surroundings.VmNames);
        profile.Activities.Subscribe(activity =>
        {
            if (line.Of(activity) is { } text)
                console.Output.WriteLine(text);
        }, _ => { });
        profile.Shutdowns.Subscribe(shutdown => console.Output.WriteLine(line.Of(shutdown)), _ => { });
        ProfileState state = profile.State();
        await console.Error.WriteLineAsync($"{StatusLines.Source(state)}, {StatusLines.Probes(state.Health)}");
        profile.Start();
        try
        {
            await profile.Completion.WaitAsync(stop);
        }
        finally
        {
            await profile.Stop();
            await console.Error.WriteLineAsync($"vfioscope: {StatusLines.Events(profile.Health)}");
        }
    }
}
