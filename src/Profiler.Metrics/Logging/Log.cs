using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Profiler.Core.Wire;

namespace Profiler.Metrics.Logging;

/// <summary>Severity of a log line. <c>--log.level</c> sets the lowest level that is written.</summary>
public enum LogLevel
{
    Debug,
    Info,
    Warn,
    Error,
}

/// <summary>Format of log lines, <c>--log.format</c>.</summary>
public enum LogFormat
{
    /// <summary>"vfioscope: serving http://127.0.0.1:9877/metrics".</summary>
    Text,

    /// <summary>An object with <c>time</c>, <c>level</c> and <c>msg</c>.</summary>
    Json,

    /// <summary>"&lt;6&gt;serving …": the journal reads the number as the priority, sd-daemon(3).</summary>
    Journald,
}

/// <summary>Log of a long-running program, one line per message. Thread safe.</summary>
/// <param name="to">Output, usually standard error.</param>
/// <param name="level">Lower levels are not written.</param>
/// <param name="format">Format of a line.</param>
/// <param name="time">Source of the timestamps.</param>
public sealed class Log(TextWriter to, LogLevel level, LogFormat format, TimeProvider time)
{
    private const int MaxLength = 4096;

    private readonly Lock _gate = new();

    /// <summary>Whether a line of this level is written. If not, the caller need not format it.</summary>
    public bool Writes(LogLevel of) => of >= level;

    /// <summary>For troubleshooting.</summary>
    public void Debug(string message) => Write(LogLevel.Debug, message);

    /// <summary>Normal operation.</summary>
    public void Info(string message) => Write(LogLevel.Info, message);

    /// <summary>An error; the program continues.</summary>
    public void Warn(string message) => Write(LogLevel.Warn, message);

    /// <summary>An error; the program stops.</summary>
    public void Error(string message) => Write(LogLevel.Error, message);

    private void Write(LogLevel of, string message)
    {
        if (!Writes(of))
            return;
        // The message may quote a file or another server.
        string line = Line(of, Printable.Clean(message, MaxLength));
        lock (_gate)
            to.WriteLine(line);
    }

    private string Line(LogLevel of, string message) => format switch
    {
        LogFormat.Json => Json(of, message),
        LogFormat.Journald => $"<{Priority(of)}>{message}",
        _ => $"vfioscope: {message}",
    };

    // Priorities of syslog(3): err, warning, info, debug.
    private static int Priority(LogLevel of) => of switch
    {
        LogLevel.Error => 3,
        LogLevel.Warn => 4,
        LogLevel.Info => 6,
        _ => 7,
    };

    private string Json(LogLevel of, string message)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", of.ToString().ToLowerInvariant());
            json.WriteString("msg", message);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
