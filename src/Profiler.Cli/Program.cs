using System.CommandLine;
using Profiler.Cli.Commands;
using Profiler.Cli.Unix;
using Profiler.Core;
using Profiler.Core.Wire;

// Before anything is opened, attached or written.
Interrupts.Listen();
StandardStreams.TakeOver();
// Of another thread: there nobody catches it, and the runtime would abort with a trace. What undoes things at the end of the
// process, such as the view on a terminal, still does.
AppDomain.CurrentDomain.UnhandledException += (_, e) =>
    Environment.Exit(e.ExceptionObject is Exception error ? Failure.Tell(error) : ExitCode.NotPossible);

try
{
    return await Run(args);
}
#pragma warning disable CA1031 // whatever it is, it is one line
catch (Exception e)
#pragma warning restore CA1031
{
    return Failure.Tell(e);
}

static async Task<int> Run(string[] args)
{
    Command[] attaching = [CheckCommand.Create(), TopCommand.Create(), RecordCommand.Create(), ServeCommand.Create()];
    Command report = ReportCommand.Create(), release = ReleaseCommand.Create();
    var root = new RootCommand("Shows where the time goes when a VM with assigned devices goes away.")
    {
        attaching[0], attaching[1], attaching[2], report, attaching[3], release,
    };

    ParseResult parsed = root.Parse(args);
    if (parsed.Errors.Count > 0)
    {
        // System.CommandLine would print the whole help as well, and exit with 1. What it did not understand
        // tells more than what it missed because of that.
        string error = parsed.UnmatchedTokens is [var token, ..] ? $"'{token}' is not understood" : parsed.Errors[0].Message;
        throw UserException.Usage($"{Printable.Clean(error, 1000)} (see 'vfioscope --help')");
    }

    Interrupts.Then = attaching.Contains(parsed.CommandResult.Command) ? OnInterrupt.Tell
        : parsed.CommandResult.Command == release ? OnInterrupt.Note
        : OnInterrupt.EndAtOnce;
    var invocation = new InvocationConfiguration
    {
        Output = Console.Out,
        Error = Console.Error,
        EnableDefaultExceptionHandler = false, // it would print a stack trace
        ProcessTerminationTimeout = null, // signals are ours: it would hear of them when the programs are attached
    };
    return await parsed.InvokeAsync(invocation, Interrupts.Token);
}
