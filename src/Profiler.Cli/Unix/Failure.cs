using Profiler.Bpf;
using Profiler.Core;
using Profiler.Core.Wire;
using Profiler.Host.Files;

namespace Profiler.Cli.Unix;

/// <summary>Turns an exception into an exit code and one line on standard error.</summary>
public static class Failure
{
    /// <summary>If this environment variable is set, an error is shown with its stack trace.</summary>
    public const string DebugVariable = "VFIOSCOPE_DEBUG";

    private const int LongestLine = 4096;

    /// <summary>Writes the line to standard error.</summary>
    /// <returns>The exit code.</returns>
    public static int Tell(Exception error)
    {
        (int code, string? line) = Of(error);
        if (line is not null)
            Console.Error.WriteLine(Printable.Clean($"vfioscope: {line}", LongestLine));
        if (line is not null && Environment.GetEnvironmentVariable(DebugVariable) is { Length: > 0 })
            Console.Error.WriteLine(Printable.CleanLines($"{error}", LongestLine));
        return code;
    }

    /// <summary>The exit code and the line; null for no line.</summary>
    internal static (int Code, string? Line) Of(Exception error) => error switch
    {
        AggregateException { InnerExceptions: [var only] } => Of(only),
        TypeInitializationException { InnerException: { } inner } => Of(inner),
        UserException e => (e.Code, e.Message),
        // As for a process ended by SIGPIPE: the reader has what it needs.
        BrokenPipeException => (ExitCode.BrokenPipe, null),
        OperationCanceledException when StopSignals.ExitCode is { } code => (code, null),
        DllNotFoundException => (
            ExitCode.NotPossible, "libbpf.so.1 is not installed: install libbpf 1.0 or later (Debian: apt install libbpf1)"),
        BpfException e => (ExitCode.NotPossible, e.Message),
        IOException or UnauthorizedAccessException => (ExitCode.NotPossible, error.Message),
        _ => (ExitCode.NotPossible, $"internal error: {error.GetType().Name}: {error.Message} ({DebugVariable}=1 shows where)"),
    };
}
