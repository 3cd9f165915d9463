using System.CommandLine;
using Profiler.Cli.Usage;
using Profiler.Core;

namespace Profiler.Cli.Commands;

/// <summary><c>vfioscope help</c>: the same as <c>--help</c>.</summary>
internal static class HelpCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("COMMAND") { Description = "the command to explain", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("help", "Shows the help of the program or of a command.") { name };
        command.SetAction(parsed =>
        {
            Command root = parsed.RootCommandResult.Command;
            Command? asked = parsed.GetValue(name) is not { } text ? root
                : root.Subcommands.FirstOrDefault(c => c.Name == text)
                ?? throw UserException.Usage($"{UsageError.UnknownCommand(text, root)} (see 'vfioscope --help')");
            parsed.InvocationConfiguration.Output.Write(HelpPage.Of(asked));
            return ExitCode.Done;
        });
        return command;
    }
}
