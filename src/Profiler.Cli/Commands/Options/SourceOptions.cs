using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Problems;
using Profiler.Core.Recording;
using Profiler.Host.Live;

namespace Profiler.Cli.Commands.Options;

/// <summary>Where events come from: the options of the commands that show them, and what they open.</summary>
internal static class SourceOptions
{
    private static readonly Option<string?> FromOption = new("--from")
    {
        Description = "replay this recording instead of watching the kernel",
        HelpName = "FILE",
    };

    private static readonly Option<double> SpeedOption = new("--speed")
    {
        Description = "speed of the replay: 1 as it happened, 10 ten times as fast",
        HelpName = "X",
        DefaultValueFactory = _ => 1,
        CustomParser = result =>
        {
            if (double.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out double speed) && speed > 0 && double.IsFinite(speed))
                return speed;
            result.Expects("a number greater than 0");
            return 1;
        },
    };

    /// <summary>Adds the options to a command, with those of a live capture.</summary>
    public static void AddTo(Command command)
    {
        command.Add(FromOption);
        command.Add(SpeedOption);
        LiveOptions.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(FromOption) is null && result.GetResult(SpeedOption) is { Implicit: false })
                result.AddError("--speed needs a recording: give --from FILE, too");
        });
    }

    /// <summary>Whether a recording is replayed.</summary>
    public static bool IsReplay(CommandResult result) => result.GetResult(FromOption) is not null;

    /// <summary>Opens the recording given by <c>--from</c>, or starts a live capture.</summary>
    /// <exception cref="UserException">There is no such recording, or a capture is not possible here; the message says what would help.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is left attached.</exception>
    /// <param name="sinks">See <see cref="Profile"/>.</param>
    public static Profile Open(
        ParseResult parsed, TimeProvider time, CancellationToken cancellation = default, params ReadOnlySpan<Func<Profile, ISink>> sinks) =>
        new(OpenSource(parsed, time, cancellation), time, sinks);

    /// <summary>The source alone, of which no event is lost until a profile is made of it.</summary>
    /// <exception cref="UserException">As <see cref="Open"/>.</exception>
    /// <exception cref="OperationCanceledException">As <see cref="Open"/>.</exception>
    public static IEventSource OpenSource(ParseResult parsed, TimeProvider time, CancellationToken cancellation) =>
        parsed.GetValue(FromOption) is { } path
            ? OpenRecording(path, parsed.GetValue(SpeedOption), time)
            : LiveSource.Start(LiveOptions.From(parsed), time, cancellation);

    /// <summary>The same, with pause, and with seeking in a recording.</summary>
    /// <exception cref="UserException">As <see cref="Open"/>.</exception>
    public static Player OpenPlayer(ParseResult parsed, TimeProvider time, CancellationToken cancellation = default) =>
        new(() => Open(parsed, time, cancellation), time);

    /// <summary>Tells each problem that makes the capture incomplete, such as a damaged recording.</summary>
    public static void TellProblems(Profile profile, Action<string> tell)
    {
        foreach (Problem problem in profile.Problems.Where(p => p.Kind.Impact == Impact.Incomplete))
            tell(problem.Text);
    }

    private static ReplaySource OpenRecording(string path, double speed, TimeProvider time)
    {
        FileStream? file = null;
        try
        {
            file = File.OpenRead(path);
            var source = new ReplaySource(file, speed, time);
            file = null;
            return source;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw RecordingErrors.Of(path, e);
        }
        finally
        {
            file?.Dispose();
        }
    }
}
