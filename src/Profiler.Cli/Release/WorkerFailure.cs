using System.Globalization;
using Profiler.Core;

namespace Profiler.Cli.Release;

/// <summary>A worker's error: a line on stdout, <c>error 3 message</c>, which its parent throws again.</summary>
internal static class WorkerFailure
{
    private const string Word = "error";

    public static string Write(UserException failure) => $"{Word} {failure.Code} {failure.Message}";

    /// <returns>Null if the line is no error.</returns>
    public static UserException? Read(string? line) =>
        line?.Split(' ', 3) is [Word, var code, var message] && int.TryParse(code, CultureInfo.InvariantCulture, out int exitCode)
            ? new UserException(exitCode, message)
            : null;
}
