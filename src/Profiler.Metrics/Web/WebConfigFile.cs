using Profiler.Core;

namespace Profiler.Metrics.Web;

/// <summary>
/// A configuration that follows its file. It is read again when the file, or a file it refers to, changes. If the new version is
/// invalid, one message is logged and the previous version stays active.
/// </summary>
public sealed class WebConfigFile
{
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly string? _path;
    private readonly TimeProvider _time;
    private readonly Action<string> _complain;
    private volatile WebConfig _config;
    private string _stamp;
    private long _lookedAt;

    /// <param name="path">Null: no file, use the defaults.</param>
    /// <param name="time">Clock for the interval of file checks.</param>
    /// <param name="complain">Called with the error in a new version, one line.</param>
    /// <exception cref="UserException">The file is invalid at the start.</exception>
    public WebConfigFile(string? path, TimeProvider time, Action<string> complain)
    {
        (_path, _time, _complain) = (path, time, complain);
        _lookedAt = time.GetTimestamp();
        try
        {
            _config = path is null ? new WebConfig() : WebConfigReader.Read(path);
        }
        catch (Exception e) when (Expected(e))
        {
            throw UserException.Usage(Describe(e), e);
        }
        _stamp = Stamp();
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

    private void Look(string path)
    {
        Volatile.Write(ref _lookedAt, _time.GetTimestamp());
        string stamp = Stamp();
        if (stamp == _stamp)
            return;
        try
        {
            WebConfig config = WebConfigReader.Read(path);
            if (config.Tls is null != _config.Tls is null)
                throw new WebConfigException(1, "TLS cannot be switched on or off while serving: restart");
            _config = config;
            stamp = Stamp(); // of the files that the new version refers to
        }
        catch (Exception e) when (Expected(e))
        {
            _complain($"{Describe(e)}; the configuration before stays in force");
        }
        _stamp = stamp;
    }

    private string Stamp() => string.Join(";", _config.Files.Select(file =>
    {
        var info = new FileInfo(file);
        return info.Exists ? $"{info.LastWriteTimeUtc.Ticks} {info.Length}" : "none";
    }));

    private static bool Expected(Exception e) => e is WebConfigException or IOException or UnauthorizedAccessException;

    private string Describe(Exception e) => e is WebConfigException wrong
        ? $"{_path}:{wrong.Line}: {wrong.Message}"
        : $"{_path} cannot be read: {e.Message}";
}
