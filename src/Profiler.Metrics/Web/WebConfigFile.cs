using Profiler.Core;

namespace Profiler.Metrics.Web;

/// <summary>
/// A configuration that follows its file. It is read again when the file, or a file it refers to, changes, and when asked to. If the
/// new version is invalid, or would let in everybody where the previous one did not, one message is logged and the previous version
/// stays active.
/// </summary>
public sealed class WebConfigFile
{
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly string? _path;
    private readonly TimeProvider _time;
    private readonly Action<string> _complain;
    private readonly ISecretFiles _files;
    private volatile WebConfig _config;
    private string _stamp;
    private long _lookedAt;

    /// <param name="path">Null: no file, use the defaults.</param>
    /// <param name="time">Clock for the interval of file checks.</param>
    /// <param name="complain">Called with the error in a new version, one line.</param>
    /// <param name="files">Who reads the files; null: this process.</param>
    /// <exception cref="UserException">The file is invalid at the start.</exception>
    public WebConfigFile(string? path, TimeProvider time, Action<string> complain, ISecretFiles? files = null)
    {
        (_path, _time, _complain, _files) = (path, time, complain, files ?? SecretFile.Own);
        _lookedAt = time.GetTimestamp();
        try
        {
            _config = path is null ? new WebConfig() : WebConfigReader.Read(path, _files);
        }
        catch (Exception e) when (Expected(e))
        {
            throw UserException.Usage(Describe(e), e);
        }
        _stamp = Stamp();
        Warn(_config);
    }

    /// <summary>The current configuration. Thread safe.</summary>
    public WebConfig Current
    {
        get
        {
            if (_path is not null && _time.GetElapsedTime(Volatile.Read(ref _lookedAt)) >= Glance && _gate.TryEnter())
            {
                try
                {
                    Look(_path);
                }
                finally
                {
                    _gate.Exit();
                }
            }
            return _config;
        }
    }

    /// <summary>Reads the file again, changed or not. Thread safe.</summary>
    /// <returns>The new version is active.</returns>
    public bool Reload()
    {
        if (_path is null)
            return false;
        lock (_gate)
            return Read(_path, Stamp());
    }

    private void Look(string path)
    {
        Volatile.Write(ref _lookedAt, _time.GetTimestamp());
        string stamp = Stamp();
        if (stamp != _stamp)
            Read(path, stamp);
    }

    private bool Read(string path, string stamp)
    {
        try
        {
            WebConfig config = WebConfigReader.Read(path, _files);
            if (config.Tls is null != _config.Tls is null)
                throw new WebConfigException(1, "TLS cannot be switched on or off while serving: restart");
            // A file that is being written is empty for a moment.
            if (config.Users.IsEmpty && !_config.Users.IsEmpty)
                throw new WebConfigException(1, "the last user cannot be removed while serving: restart to let everybody in");
            if (_config.Tls is { IdentifiesClients: true } && config.Tls is { IdentifiesClients: false })
                throw new WebConfigException(1, "client certificates cannot become optional while serving: restart to let everybody in");
            _config = config;
            _stamp = Stamp(); // of the files that the new version refers to
            Warn(config);
            return true;
        }
        catch (Exception e) when (Expected(e))
        {
            _stamp = stamp;
            _complain($"{Describe(e)}; the configuration before stays in force");
            return false;
        }
    }

    private void Warn(WebConfig config)
    {
        foreach (string warning in config.Warnings)
            _complain(warning);
    }

    private string Stamp() => string.Join(";", _config.Files.Select(_files.Stamp));

    private static bool Expected(Exception e) => e is WebConfigException or IOException or UnauthorizedAccessException;

    private string Describe(Exception e) => e is WebConfigException wrong
        ? $"{_path}:{wrong.Line}: {wrong.Message}"
        : $"{_path} cannot be read: {e.Message}";
}
