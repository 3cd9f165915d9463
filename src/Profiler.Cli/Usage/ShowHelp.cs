using System.CommandLine;
using System.CommandLine.Invocation;

namespace Profiler.Cli.Usage;

/// <summary>Shows the help of the command that <c>--help</c> was given to, whatever else is on the command line.</summary>
internal sealed class ShowHelp : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.Write(HelpPage.Of(parseResult.CommandResult.Command));
        return Core.ExitCode.Done;
    }
}
