namespace Profiler.Core.Recording;

/// <summary>Errors of opening and reading a recording, as one line that says what is wrong.</summary>
public static class RecordingErrors
{
    /// <summary>The usage error (2) for an exception of the file system or of <see cref="RecordingReader"/>.</summary>
    public static UserException Of(string path, Exception error) => UserException.Usage(
        error switch
        {
            InvalidDataException => $"{path}: {error.Message}; make one with 'vfioscope record -o FILE'",
            FileNotFoundException or DirectoryNotFoundException => $"{path} cannot be read: there is no such file",
            UnauthorizedAccessException when Directory.Exists(path) => $"{path} cannot be read: it is a directory; name a recording",
            UnauthorizedAccessException => $"{path} cannot be read: permission denied; recordings are readable by their owner and root only",
            _ => $"{path} cannot be read: {error.Message}",
        },
        error);
}
