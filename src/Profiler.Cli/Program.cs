using System.CommandLine;
using Profiler.Bpf;
using Profiler.Cli;
using Profiler.Cli.Commands;

var root = new RootCommand("Shows where the time goes when a VM with assigned devices goes away.")
{
    CheckCommand.Create(),
    TopCommand.Create(),
    RecordCommand.Create(),
    ReportCommand.Create(),
    ServeCommand.Create(),
    ReleaseCommand.Create(),
};

ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    // System.CommandLine would print the whole help as well, and exit with 1. What it did not understand
    // tells more than what it missed because of that.
    string error = parsed.UnmatchedTokens is [var token, ..] ? $"'{token}' is not understood" : parsed.Errors[0].Message;
    Console.Error.WriteLine($"vfioscope: {error} (see 'vfioscope --help')");
    return ExitCode.Usage;
}

// The default handler would print a stack trace.
var invocation = new InvocationConfiguration
{
    EnableDefaultExceptionHandler = false,
    // Detaching the programs and finishing the recording may take longer than the default of 2 s.
    ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
};
try
{
    return await parsed.InvokeAsync(invocation);
}
catch (OperationCanceledException)
{
    return ExitCode.Done;
}
catch (UserException e)
{
    Console.Error.WriteLine($"vfioscope: {e.Message}");
    return e.Code;
}
catch (DllNotFoundException)
{
    Console.Error.WriteLine("vfioscope: libbpf.so.1 is not installed: install libbpf 1.0 or later (Debian: apt install libbpf1)");
    return ExitCode.NotPossible;
}
catch (BpfException e)
{
    Console.Error.WriteLine($"vfioscope: {e.Message}");
    return ExitCode.NotPossible;
}
