using System.CommandLine;
using System.CommandLine.Invocation;

namespace Profiler.Cli.Usage;

/// <summary>Shows the licences of the libraries that are part of this program: THIRD-PARTY-NOTICES.txt, as it was built with.</summary>
internal sealed class ShowNotices : SynchronousCommandLineAction
{
    private const string Resource = "THIRD-PARTY-NOTICES.txt";

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        using var notices = new StreamReader(typeof(ShowNotices).Assembly.GetManifestResourceStream(Resource)!);
        parseResult.InvocationConfiguration.Output.Write(notices.ReadToEnd());
        return Core.ExitCode.Done;
    }
}
