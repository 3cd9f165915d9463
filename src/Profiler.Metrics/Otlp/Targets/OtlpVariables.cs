using System.Globalization;
using Profiler.Core;

namespace Profiler.Metrics.Otlp.Targets;

/// <summary>OpenTelemetry's environment variables. An empty one counts as not set.</summary>
/// <param name="variable">Reads the environment.</param>
/// <param name="warn">Called for a variable with an invalid value, which is ignored as the specification requires.</param>
internal sealed class OtlpVariables(Func<string, string?> variable, Action<string> warn)
{
    public const string HttpProtobuf = "http/protobuf";

    public string? this[string name] => variable(name) is { } value && value.Trim().Length > 0 ? value.Trim() : null;

    public bool IsDisabled => string.Equals(this["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether OTEL_…_EXPORTER selects OTLP for a signal, among others; null if it is not set.</summary>
    public bool? Selects(OtlpSignal signal) => this[$"OTEL_{Upper(signal)}_EXPORTER"]?.Split(',', StringSplitOptions.TrimEntries).Contains("otlp");

    /// <summary>The name of a variable of the exporter for one signal: "ENDPOINT" of traces is OTEL_EXPORTER_OTLP_TRACES_ENDPOINT.</summary>
    public static string Of(OtlpSignal signal, string name) => $"OTEL_EXPORTER_OTLP_{Upper(signal)}_{name}";

    public string? Protocol(OtlpSignal signal)
    {
        foreach (string name in (string[])[Of(signal, "PROTOCOL"), "OTEL_EXPORTER_OTLP_PROTOCOL"])
        {
            if (this[name] is not { } value)
                continue;
            if (value is "grpc" or HttpProtobuf)
                return value;
            warn($"{name}={value} is ignored: vfioscope pushes by grpc or {HttpProtobuf}");
        }
        return null;
    }

    /// <exception cref="UserException">It is not a valid address.</exception>
    public Uri? Url(string name)
    {
        if (this[name] is not { } value)
            return null;
        return Uri.TryCreate(value, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"
            ? url
            : throw UserException.Usage($"{name}={value}: write an http or https address, such as http://127.0.0.1:4318");
    }

    public TimeSpan? Milliseconds(string name)
    {
        if (this[name] is not { } value)
            return null;
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int milliseconds) && milliseconds > 0)
            return TimeSpan.FromMilliseconds(milliseconds);
        warn($"{name}={value} is ignored: it is no number of milliseconds");
        return null;
    }

    private static string Upper(OtlpSignal signal) => signal.Name().ToUpperInvariant();
}
