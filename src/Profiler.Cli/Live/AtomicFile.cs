namespace Profiler.Cli.Live;

/// <summary>
/// A file that has its name only when it is whole: written beside it as NAME.partial, renamed by
/// <see cref="Commit"/>, removed if that is never called.
/// </summary>
internal sealed class AtomicFile : IDisposable
{
    private readonly string _path;
    private bool _committed;

    /// <exception cref="UserException">The place cannot be written to.</exception>
    public AtomicFile(string path)
    {
        _path = path;
        if (Directory.Exists(path))
            throw UserException.Usage($"{path} is a directory: name a file");
        try
        {
            Stream = new FileStream(PartialPath, FileMode.Create, FileAccess.Write, FileShare.Read);
        }
        catch (DirectoryNotFoundException e)
        {
            throw UserException.Usage($"{path} cannot be written: there is no such directory", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserException.NotPossible($"{path} cannot be written: {e.Message}", e);
        }
    }

    public FileStream Stream { get; }

    private string PartialPath => _path + ".partial";

    /// <summary>The file is whole: it gets its name.</summary>
    public void Commit()
    {
        Stream.Dispose();
        File.Move(PartialPath, _path, overwrite: true);
        _committed = true;
    }

    public void Dispose()
    {
        Stream.Dispose();
        if (!_committed)
            File.Delete(PartialPath);
    }
}
