using System.Collections.Concurrent;
using System.CommandLine;
using Profiler.Cli.Commands.Options;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Spans;
using Profiler.Host.Files;
using Profiler.Report;
using Profiler.Report.Export.JsonLines;
using Profiler.Tui;
using Profiler.Tui.Terminal;

namespace Profiler.Cli.Commands;

/// <summary><c>vfioscope top</c>: the terminal view; lines of text where there is no terminal.</summary>
internal static class TopCommand
{
    public static Command Create()
    {
        var command = new Command("top", "Shows releases and shutdowns as they happen, live or of a recording.");
        command.Add(LiveOptions.BpfStatsOption);
        SourceOptions.AddTo(command);
        FilterOptions.AddTo(command);
        KeepOptions.AddTo(command, withReplay: false);
        FormatOptions<OutputFormat>.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            bool json = FormatOptions<OutputFormat>.From(parsed) == OutputFormat.Json;
            TerminalKind? kind = json ? null : TerminalKind.OfOutput();
            // While the view is on the terminal, nothing else is written there.
            var later = new ConcurrentQueue<string>();
            void Say(string line) => parsed.InvocationConfiguration.Error.WriteLine($"vfioscope: {line}");
            KeptRecordings? kept = KeepOptions.DirectoryFrom(parsed, kind is null ? Say : later.Enqueue, kind is null ? Say : later.Enqueue);
            using Player player = SourceOptions.OpenPlayer(parsed, TimeProvider.System, cancellation);
            using Keeping? keeping = Keeping.Of(parsed, player.Profile, kept, TimeProvider.System);
            keeping?.Start();
            try
            {
                if (json)
                    await PrintLines(player.Profile, FilterOptions.From(parsed), End(player.Profile, keeping), parsed.InvocationConfiguration, cancellation);
                else if (kind is not null)
                    await Draw(player, kind.Value, FilterOptions.From(parsed), cancellation);
                else
                    await Print(
                        player.Profile, FilterOptions.From(parsed), End(player.Profile, keeping),
                        parsed.InvocationConfiguration, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                // Asked to end: that is how this ends.
            }
            if (kind is not null && keeping is not null)
                await keeping.Stop();
            foreach (string line in later)
                Say(line);
            return ExitCode.Done;
        });
        return command;
    }

    // On a thread of its own, which waits most of the time. In a method of its own, so that other commands do not load the
    // terminal library and run its module initializer.
    private static async Task Draw(Player player, TerminalKind kind, ActivityFilter only, CancellationToken stop)
    {
        player.Start();
        await Task.Factory.StartNew(
            () => TopApplication.Run(player, only, kind, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private static Func<Task> End(Profile profile, Keeping? keeping) => keeping is null ? profile.Stop : keeping.Stop;

    private static async Task PrintLines(
        Profile profile, ActivityFilter only, Func<Task> end, InvocationConfiguration console, CancellationToken stop)
    {
        using var lines = new LiveLines(profile, only, console.Output, TimeProvider.System);
        var seen = new SeenProcesses();
        profile.Activities.Subscribe(seen.Add, _ => { });
        lines.Start();
        try
        {
            await lines.Completion.WaitAsync(stop);
        }
        finally
        {
            await lines.Stop(end);
        }
        ThrowIfUnknown(profile, only, lines.Matched, seen);
    }

    // Lines are written by the thread that brings the events: a slow reader makes the kernel count events as lost.
    private static async Task Print(
        Profile profile, ActivityFilter only, Func<Task> end, InvocationConfiguration console, CancellationToken stop)
    {
        HostFacts known = profile.Facts;
        var line = new EventLine(profile.Info, known.VmNames);
        var seen = new SeenProcesses();
        bool matched = only == ActivityFilter.None;
        profile.Activities.Subscribe(activity =>
        {
            seen.Add(activity);
            if (!only.Wants(activity, pid => known.VmNames.GetValueOrDefault(pid)))
                return;
            matched = true;
            if (line.Of(activity) is { } text)
                console.Output.WriteLine(text);
        }, _ => { });
        void Tell<T>(IObservable<T> lives, Func<T, TaskId> task, Func<T, string?, bool> wants, Func<T, string> text) => lives.Subscribe(life =>
        {
            if (only != ActivityFilter.None && !wants(life, known.VmNames.GetValueOrDefault(task(life).Tgid)))
                return;
            matched = true;
            console.Output.WriteLine(text(life));
        }, _ => { });
        Tell(profile.Shutdowns, s => s.Task, only.Wants, line.Of);
        Tell(profile.Starts, s => s.Task, only.Wants, line.Of);
        ProfileState state = profile.State();
        await console.Error.WriteLineAsync($"{CaptureStatus.Source(state)}, {CaptureStatus.Probes(state.Health)}");
        profile.Start();
        try
        {
            await profile.Completion.WaitAsync(stop);
        }
        finally
        {
            await end();
            if (profile.Clock is not null)
                SourceOptions.TellProblems(profile, problem => console.Error.WriteLine($"vfioscope: {problem}"));
            await console.Error.WriteLineAsync($"vfioscope: {CaptureStatus.Events(profile.Health)}");
        }
        ThrowIfUnknown(profile, only, matched, seen);
    }

    // In a live capture, what the filter names may still come.
    private static void ThrowIfUnknown(Profile profile, ActivityFilter only, bool matched, SeenProcesses seen)
    {
        if (profile.Clock is not null && !matched && only != ActivityFilter.None && !only.IsKnown(profile.Facts))
            throw new UserException(ExitCode.No, only.NotFound(profile.Facts, seen.Pids, seen.Devices));
    }
}
