namespace Profiler.Core;

/// <summary>An error that the user can fix. The message is one line: the error and its remedy.</summary>
public sealed class UserException : Exception
{
    public UserException(int exitCode, string message, Exception? inner = null) : base(message, inner) =>
        Code = exitCode;

    /// <summary>One of <see cref="ExitCode"/>.</summary>
    public int Code { get; }

    /// <summary>Wrong usage (exit code 2).</summary>
    public static UserException Usage(string message, Exception? inner = null) => new(ExitCode.Usage, message, inner);

    /// <summary>Not permitted or not supported here (exit code 3).</summary>
    public static UserException NotPossible(string message, Exception? inner = null) =>
        new(ExitCode.NotPossible, message, inner);
}
