using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Profiler.Core.Wire;

namespace Profiler.Metrics.Logging;

/// <summary>How much a line matters; <c>--log.level</c> names the least that is written.</summary>
public enum LogLevel
{
    Debug,
    Info,
    Warn,
    Error,
}

/// <summary>How a line is written, <c>--log.format</c>.</summary>
public enum LogFormat
{
    /// <summary>"vfioscope: serving http://127.0.0.1:9877/metrics".</summary>
    Text,

    /// <summary>An object with <c>time</c>, <c>level</c> and <c>msg</c>.</summary>
    Json,

    /// <summary>"&lt;6&gt;serving …": the journal takes the number for the priority, sd-daemon(3).</summary>
    Journald,
}

/// <summary>What a program that runs for long says, a line each; on any thread.</summary>
/// <param name="to">Where to, usually standard error.</param>
/// <param name="level">What is less is not written.</param>
/// <param name="format">How a line is written.</param>
/// <param name="time">Of the lines.</param>
public sealed class Log(TextWriter to, LogLevel level, LogFormat format, TimeProvider time)
{
    private const int MaxLength = 4096;

    private readonly Lock _gate = new();

    /// <summary>Whether a line of this level would be written: it need not be put together else.</summary>
    public bool Writes(LogLevel of) => of >= level;

    /// <summary>Of interest to who looks for a mistake.</summary>
    public void Debug(string message) => Write(LogLevel.Debug, message);

    /// <summary>As it should be.</summary>
    public void Info(string message) => Write(LogLevel.Info, message);

    /// <summary>Something does not work, and it goes on.</summary>
    public void Warn(string message) => Write(LogLevel.Warn, message);

    /// <summary>It does not go on.</summary>
    public void Error(string message) => Write(LogLevel.Error, message);

    private void Write(LogLevel of, string message)
    {
        if (!Writes(of))
            return;
        // It may quote a file, or another server.
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

    // syslog(3)'s numbers: err, warning, info, debug.
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
