using Profiler.Metrics.Web;

namespace Profiler.Metrics.Halves;

/// <summary>
/// The files that the kernel half reads for the talking half: those of the web configuration, such as a key that only root may read. They are
/// named before the talking half listens. From then on, whoever may have taken it over gets what it had, and nothing else.
/// </summary>
/// <param name="files">Reads them.</param>
internal sealed class NamedFiles(ISecretFiles files)
{
    private const int Most = 16;

    private readonly HashSet<string> _named = [];
    private bool _closed;

    /// <summary>No file is named any more.</summary>
    public void Close() => _closed = true;

    /// <summary>The text of a file.</summary>
    /// <exception cref="NotNamedException">It was not named in time.</exception>
    public SecretText Read(string path) => files.Read(Named(path));

    /// <summary>Its stamp.</summary>
    /// <exception cref="NotNamedException">It was not named in time.</exception>
    public string Stamp(string path) => files.Stamp(Named(path));

    private string Named(string path)
    {
        if (!_named.Contains(path) && (_closed || _named.Count == Most || path.Length == 0 || path.Contains('\0', StringComparison.Ordinal) || !_named.Add(path)))
            throw new NotNamedException();
        return path;
    }
}

/// <summary>A file that the talking half may not ask for.</summary>
internal sealed class NotNamedException() : Exception("the file was not named when this process started");
