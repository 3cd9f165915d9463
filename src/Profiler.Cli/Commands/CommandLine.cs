using System.CommandLine;
using System.CommandLine.Help;
using Profiler.Cli.Unix;
using Profiler.Cli.Usage;
using Profiler.Core;
using Profiler.Core.Wire;

namespace Profiler.Cli.Commands;

/// <summary>All commands, as they are typed.</summary>
internal static class CommandLine
{
    // A file name that begins with @ is a file name.
    private static readonly ParserConfiguration Configuration = new() { ResponseFileTokenReplacer = null };

    public static RootCommand Create()
    {
        var root = new RootCommand("Shows where the time goes when a VM with assigned PCI devices (VFIO) shuts down or starts.")
        {
            CheckCommand.Create(), TopCommand.Create(), RecordCommand.Create(), ReportCommand.Create(), CompareCommand.Create(),
            ExportCommand.Create(), ServeCommand.Create(), WhyCommand.Create(), ReleaseCommand.Create(), HelpCommand.Create(),
        };
        root.Options.Clear();
        root.Add(new HelpOption("--help", "-h") { Description = "show this help", Action = new ShowHelp(), Recursive = true });
        root.Add(new VersionOption("--version", "-V") { Description = "show the version" });
        root.Add(new Option<bool>("--notices") { Description = "show the licences of the libraries in this program", Action = new ShowNotices() });
        // The library would take a "true" that follows for a flag's value.
        foreach (Option flag in root.Subcommands.SelectMany(c => c.Options).Where(o => o.ValueType == typeof(bool)))
            flag.Arity = ArgumentArity.Zero;
        return root;
    }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="UserException">They are not understood (2); one line that says what to write.</exception>
    public static ParseResult Parse(RootCommand root, IReadOnlyList<string> arguments)
    {
        ParseResult parsed;
        try
        {
            parsed = root.Parse(arguments, Configuration);
        }
        catch (InvalidOperationException e)
        {
            // A validator asked for the value of an option that is given twice.
            throw UserException.Usage(Printable.Clean(e.Message, 1000), e);
        }
        return UsageError.Of(parsed) is { } error ? throw UserException.Usage(Printable.Clean(error.Message, 1000)) : parsed;
    }

    /// <summary>What SIGINT, SIGTERM, SIGHUP and SIGQUIT do while a command runs.</summary>
    public static OnStop OnStopOf(Command command) => command.Name switch
    {
        "check" or "top" or "record" or "serve" => OnStop.Cancel,
        "release" => OnStop.CancelThenExit,
        _ => OnStop.Exit,
    };
}
