using System.CommandLine;
using Profiler.Bpf.Kernel;
using Profiler.Cli.Commands;
using Profiler.Cli.Unix;
using Profiler.Cli.Usage;
using Profiler.Core;
using Profiler.Metrics.Halves;

// The half of serve that talks to the network gives up its rights before anything else, and must not be asked anything.
if (args is [TalkingSettings.Command, ..])
    return await HttpHalf.Run(args);
// Before anything is opened, attached or written.
StopSignals.Listen();
StandardStreams.TakeOver();
// What a capture needs to know of the kernel takes as long to read as all that comes before it, so both go on at once.
if (args is ["check" or "record" or "serve" or "top", ..] && !args.Contains("--from"))
    RunningKernel.BeginAsking();
// An exception of another thread is not caught, and the runtime would abort with a stack trace. Exit still undoes what is to
// be undone at the end of the process, such as the view on a terminal.
AppDomain.CurrentDomain.UnhandledException += (_, e) =>
    Environment.Exit(e.ExceptionObject is Exception error ? Failure.Tell(error) : ExitCode.NotPossible);

try
{
    return await Run(args);
}
#pragma warning disable CA1031 // every error is one line
catch (Exception e)
#pragma warning restore CA1031
{
    return Failure.Tell(e);
}

static async Task<int> Run(string[] args)
{
    RootCommand root = CommandLine.Create();
    if (args.Length == 0)
    {
        await Console.Error.WriteAsync(HelpPage.Of(root));
        return ExitCode.Usage;
    }
    ParseResult parsed = CommandLine.Parse(root, args);
    StopSignals.Action = CommandLine.OnStopOf(parsed.CommandResult.Command);
    var invocation = new InvocationConfiguration
    {
        Output = Console.Out,
        Error = Console.Error,
        EnableDefaultExceptionHandler = false, // it would print a stack trace
        ProcessTerminationTimeout = null, // StopSignals handles signals
    };
    return await parsed.InvokeAsync(invocation, StopSignals.Token);
}
