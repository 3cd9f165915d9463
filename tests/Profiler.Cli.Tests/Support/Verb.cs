using System.CommandLine;

namespace Profiler.Cli.Tests.Support;

/// <summary>Runs a verb as the command line does.</summary>
internal static class Verb
{
    /// <summary>Runs it to its end; what it throws for <c>Program</c> to show is thrown.</summary>
    public static async Task<(int Code, string Output, string Error)> Run(Command verb, params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = await Invoke(verb, arguments, output, error, CancellationToken.None);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>Starts it, to be ended as a signal would end it.</summary>
    public static Task<int> Invoke(Command verb, string[] arguments, TextWriter output, TextWriter error, CancellationToken stop)
    {
        ParseResult parsed = verb.Parse(arguments);
        Assert.Empty(parsed.Errors);
        return parsed.InvokeAsync(
            new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false }, stop);
    }
}
