using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using Profiler.Cli.Commands.Options;
using Profiler.Cli.Unix;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Wire;
using Profiler.Host.Files;
using Profiler.Host.Live;
using Profiler.Linux;
using Profiler.Report.Export.JsonLines;

namespace Profiler.Cli.Commands;

/// <summary>What <c>record</c> writes.</summary>
internal enum RecordFormat
{
    /// <summary>The raw events, for all other commands.</summary>
    Recording,

    /// <summary>A line of JSON for each thing, as it ends.</summary>
    Jsonl,
}

/// <summary>
/// <c>vfioscope record</c>: writes the raw events to a file, for a duration or while a command runs. Without either, a signal
/// ends it (exit code 0); with one of them, a signal ends it early (128 and its number). The recording is complete in any case.
/// </summary>
internal static class RecordCommand
{
    private static readonly TimeSpan CommandExitTimeout = TimeSpan.FromSeconds(20);

    public static Command Create()
    {
        var output = new Option<string>("--output", "-o") { Description = "the file to write; standard output for jsonl without it", HelpName = "FILE" };
        Option<RecordFormat> format = OptionValues.OneOf<RecordFormat>(
            "--format", "the raw events, or one JSON object a line for each thing that ends, at once", RecordFormat.Recording);
        var duration = new Option<TimeSpan?>("--duration")
        {
            Description = "how long to record: 30s, 5m; without it until a signal or the end of COMMAND",
            HelpName = "DURATION",
            CustomParser = DurationArgument.Parse,
        };
        var program = new Argument<string[]>("COMMAND")
        {
            Description = "the command to run, after --; recording ends when it does",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("record", "Records what happens to VFIO devices, for 'vfioscope report'.") { output, format, duration, program };
        LiveOptions.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(output) is not null)
                return;
            if (result.GetValue(format) == RecordFormat.Recording)
                result.AddError("--output is missing: write vfioscope record --output FILE [OPTIONS] [COMMAND...]");
            else if (result.GetResult(program) is { Tokens.Count: > 0 })
                result.AddError("--output is missing: COMMAND writes to standard output as well, so name a file for the lines with -o FILE");
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            string[] words = parsed.GetValue(program) ?? [];
            // Before anything is attached: that takes its time, and the command may not exist.
            string? path = words is [var name, ..] ? ProgramPath.Find(name, Environment.GetEnvironmentVariable("PATH")) : null;
            using AtomicFile? file = parsed.GetValue(output) is { } target ? new AtomicFile(target, AtomicFile.Private) : null;
            using var profile = new Profile(LiveSource.Start(LiveOptions.From(parsed), TimeProvider.System, cancellation), TimeProvider.System);
            if (profile.Info.Probes.FirstOrDefault(p => p is { Name: "release", WaitsFor: not null }) is { } waiting)
                Say($"module {waiting.WaitsFor} is not loaded: waiting for it (modprobe vfio-pci)");
            Task<int?> Ended(Task completion) =>
                Until(path is null ? null : () => StartProcess(path, words[1..]), parsed.GetValue(duration), completion, cancellation);
            int? exitCode = parsed.GetValue(format) == RecordFormat.Jsonl
                ? await WriteLines(profile, file, parsed.InvocationConfiguration.Output, Ended)
                : await Record(profile, file!, parsed.GetValue(output)!, recorder => Ended(recorder.Completion));
            if (exitCode is not (null or 0))
                Say($"the command ended with exit code {exitCode}");
            if (path is not null || parsed.GetValue(duration) is not null)
                cancellation.ThrowIfCancellationRequested();
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Records until told to end. If something fails, the events recorded until then are kept, and the error names the file.</summary>
    internal static async Task<int?> Record(Profile profile, AtomicFile file, string name, Func<Recorder, Task<int?>> until)
    {
        using var recorder = new Recorder(profile, file.Stream, TimeProvider.System);
        try
        {
            recorder.Start();
            int? exitCode;
            using (new ProgressLine(profile))
                exitCode = await until(recorder);
            string summary = recorder.Stop();
            file.Commit();
            Say($"{summary}: {name}");
            return exitCode;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The events of the last second.
            recorder.Flush();
            if (recorder.HasEvents)
            {
                string why = e is IOException cause ? Recorder.Words(cause) : Failure.Of(e).Line ?? e.Message;
                throw UserException.NotPossible($"{why}: what was recorded until then is in {file.Keep()}", e);
            }
            if (e is IOException io)
                throw UserException.NotPossible($"{Recorder.Words(io)}: nothing was recorded", e);
            throw;
        }
    }

    /// <summary>Writes lines until told to end. If something fails, the lines written until then are kept.</summary>
    /// <param name="file">Where to; null for <paramref name="output"/>.</param>
    internal static async Task<int?> WriteLines(Profile profile, AtomicFile? file, TextWriter output, Func<Task, Task<int?>> until)
    {
        if (file is null)
            return await WriteLines(profile, output, until);
        try
        {
            int? exitCode;
            using (var text = new StreamWriter(file.Stream, leaveOpen: true) { AutoFlush = true })
                exitCode = await WriteLines(profile, text, until);
            file.Commit();
            return exitCode;
        }
        catch (IOException e)
        {
            throw UserException.NotPossible($"{Recorder.Words(e)}: the lines written until then are in {file.Keep()}", e);
        }
    }

    private static async Task<int?> WriteLines(Profile profile, TextWriter to, Func<Task, Task<int?>> until)
    {
        using var lines = new LiveLines(profile, ActivityFilter.None, to, TimeProvider.System);
        lines.Start();
        int? exitCode = await until(lines.Completion);
        await lines.Stop();
        return exitCode;
    }

    private static void Say(string line) => Console.Error.WriteLine(Printable.Clean($"vfioscope: {line}", 4096));

    // Ends with the first of: the command's end, the duration, a signal, an error of the capture.
    private static async Task<int?> Until(
        Func<Process>? start, TimeSpan? duration, Task completion, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return null;
        using Process? child = start?.Invoke();
        Task time = Task.Delay(duration ?? Timeout.InfiniteTimeSpan, cancellation);
        Task end = child?.WaitForExitAsync(cancellation) ?? Task.Delay(Timeout.Infinite, cancellation);
        await Task.WhenAny(time, end, completion).ContinueWith(_ => { }, TaskScheduler.Default);
        if (child is null)
            return null;
        // Ctrl-C at the terminal reaches the command as well; its exit is part of the recording.
        if (!child.HasExited && cancellation.IsCancellationRequested)
            await Task.WhenAny(child.WaitForExitAsync(CancellationToken.None), Task.Delay(CommandExitTimeout, CancellationToken.None));
        return child.HasExited ? child.ExitCode : null;
    }

    private static Process StartProcess(string path, string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(path, arguments) { UseShellExecute = false })!;
        }
        catch (Win32Exception e) when (e.NativeErrorCode == Errno.ENOEXEC)
        {
            // A script without an interpreter line: execvp(3) runs it with the shell.
            return Process.Start(new ProcessStartInfo("/bin/sh", [path, .. arguments]) { UseShellExecute = false })!;
        }
        catch (Win32Exception e)
        {
            throw UserException.Usage($"{path} cannot be started: {e.Message}", e);
        }
    }
}
