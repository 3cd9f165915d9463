using System.CommandLine;
using System.CommandLine.Parsing;
using System.ComponentModel;
using System.Diagnostics;
using Profiler.Cli.Live;

namespace Profiler.Cli.Commands;

/// <summary><c>vfioscope record</c>: the raw events into a file, for a time or while a command runs.</summary>
internal static class RecordCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--output", "-o") { Description = "the recording to write", Required = true };
        var duration = new Option<TimeSpan?>("--duration")
        {
            Description = "how long, 30s or 5m for example; until interrupted by default",
            CustomParser = DurationArgument.Parse,
        };
        var program = new Argument<string[]>("COMMAND")
        {
            Description = "record until this command ends (put -- before it)",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("record", "Records what happens to VFIO devices.") { output, duration, program };
        CaptureOptions.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            // An unknown option would be taken for the command.
            if (parsed.GetValue(program) is [['-', ..] option, ..] && parsed.Tokens.All(t => t.Type != TokenType.DoubleDash))
                throw UserException.Usage($"'{option}' is not understood; a command comes after -- (see 'vfioscope record --help')");
            using var file = new AtomicFile(parsed.GetRequiredValue(output));
            using var profile = LiveProfile.OfThisHost(CaptureOptions.From(parsed), TimeProvider.System, cancellation);
            if (profile.Info.Probes.FirstOrDefault(p => p is { Name: "release", WaitsFor: not null }) is { } waiting)
                Console.Error.WriteLine($"vfioscope: module {waiting.WaitsFor} is not loaded: waiting for it (modprobe vfio-pci)");
            var recorder = new Recorder(profile, file.Stream);
            recorder.Start();
            int? exitCode;
            using (new ProgressLine(profile))
                exitCode = await Until(parsed.GetValue(program) ?? [], parsed.GetValue(duration), recorder, cancellation);
            string summary = recorder.Stop();
            file.Commit();
            Console.Error.WriteLine($"vfioscope: {summary}: {parsed.GetRequiredValue(output)}");
            if (exitCode is not (null or 0))
                Console.Error.WriteLine($"vfioscope: the command ended with exit code {exitCode}");
            return ExitCode.Done;
        });
        return command;
    }

    // Whatever comes first: the command's end, the time, an interrupt, or a capture that fails.
    private static async Task<int?> Until(
        string[] program, TimeSpan? duration, Recorder recorder, CancellationToken cancellation)
    {
        using Process? child = program.Length > 0 ? StartProcess(program) : null;
        Task time = Task.Delay(duration ?? Timeout.InfiniteTimeSpan, cancellation);
        Task end = child?.WaitForExitAsync(cancellation) ?? Task.Delay(Timeout.Infinite, cancellation);
        await Task.WhenAny(time, end, recorder.Completion).ContinueWith(_ => { }, TaskScheduler.Default);
        if (child is null)
            return null;
        // An interrupt at the terminal reaches the command as well; what it does on its way out is wanted too.
        if (!child.HasExited && cancellation.IsCancellationRequested)
            await Task.WhenAny(child.WaitForExitAsync(CancellationToken.None), Task.Delay(TimeSpan.FromSeconds(20), CancellationToken.None));
        return child.HasExited ? child.ExitCode : null;
    }

    private static Process StartProcess(string[] program)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program[0], program[1..]) { UseShellExecute = false })!;
        }
        catch (Win32Exception e)
        {
            throw UserException.Usage($"{program[0]} cannot be started: {e.Message}", e);
        }
    }
}
