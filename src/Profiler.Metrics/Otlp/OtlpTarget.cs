using System.Globalization;
using Profiler.Core;

namespace Profiler.Metrics.Otlp;

/// <summary>Destination and protocol of the push.</summary>
/// <param name="Url">The collector; for HTTP including the path.</param>
/// <param name="Grpc">True: gRPC. False: HTTP with protobuf.</param>
/// <param name="Interval">Time between two pushes.</param>
public sealed record OtlpTarget(Uri Url, bool Grpc, TimeSpan Interval)
{
    private const string HttpProtobuf = "http/protobuf", Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT", MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";

    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(60);

    /// <summary>Headers of each push, "name=value,name=value"; null: use OTEL_EXPORTER_OTLP_HEADERS.</summary>
    public string? Headers { get; init; }

    /// <summary>Time limit of a push; null: use OTEL_EXPORTER_OTLP_TIMEOUT.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// Reads the target from options and environment; null if neither sets one. Options have priority, then the variable for
    /// metrics. An empty variable counts as not set.
    /// https://opentelemetry.io/docs/specs/otel/protocol/exporter/ and
    /// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
    /// </summary>
    /// <param name="options">Null for each option that was not given.</param>
    /// <param name="variable">Reads the environment.</param>
    /// <param name="warn">Called for a variable with an invalid value, which is ignored as the specification requires.</param>
    /// <exception cref="UserException">An endpoint is not a valid address.</exception>
    public static OtlpTarget? From(OtlpOptions options, Func<string, string?> variable, Action<string> warn)
    {
        var environment = new Variables(variable, warn);
        if (environment.IsDisabled)
        {
            // The SDK would not push either.
            if (options.Endpoint is not null)
                warn("OTEL_SDK_DISABLED=true: metrics are not pushed");
            return null;
        }
        if (options.Endpoint is null && !environment.WantsOtlp)
            return null;
        bool grpc = (options.Protocol ?? environment.Protocol()) == "grpc";
        Uri? url = options.Endpoint is { } endpoint ? WithPath(endpoint, grpc)
            : environment.Url(MetricsEndpoint) is { } metrics ? metrics // used without change
            : environment.Url(Endpoint) is { } all ? WithPath(all, grpc)
            : null;
        return url is null ? null : new OtlpTarget(url, grpc, options.Interval ?? environment.Milliseconds("OTEL_METRIC_EXPORT_INTERVAL") ?? DefaultInterval)
        {
            Headers = environment["OTEL_EXPORTER_OTLP_METRICS_HEADERS"],
            Timeout = environment.Milliseconds("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT"),
        };
    }

    private static Uri WithPath(Uri endpoint, bool grpc) => grpc ? endpoint : new Uri(endpoint.AbsoluteUri.TrimEnd('/') + "/v1/metrics");

    private sealed class Variables(Func<string, string?> variable, Action<string> warn)
    {
        public string? this[string name] => variable(name) is { } value && value.Trim().Length > 0 ? value.Trim() : null;

        public bool IsDisabled => string.Equals(this["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase);

        /// <summary>
        /// Whether the environment's endpoint is for OTLP: the environment may select other exporters, or none.
        /// </summary>
        public bool WantsOtlp =>
            this["OTEL_METRICS_EXPORTER"] is not { } exporters || exporters.Split(',', StringSplitOptions.TrimEntries).Contains("otlp");

        public string? Protocol()
        {
            foreach (string name in (string[])["OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"])
            {
                if (this[name] is not { } value)
                    continue;
                if (value is "grpc" or HttpProtobuf)
                    return value;
                warn($"{name}={value} is ignored: vfioscope pushes by grpc or {HttpProtobuf}");
            }
            return null;
        }

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
    }
}

/// <summary>Push options of the command line; null where not given.</summary>
/// <param name="Endpoint">The collector; for HTTP, /v1/metrics is appended.</param>
/// <param name="Protocol"><c>grpc</c> or <c>http/protobuf</c>.</param>
/// <param name="Interval">Time between two pushes.</param>
public sealed record OtlpOptions(Uri? Endpoint, string? Protocol, TimeSpan? Interval);
