using Profiler.Core;

namespace Profiler.Metrics.Otlp.Targets;

/// <summary>Where each signal is pushed to; null where it is not pushed.</summary>
public sealed record OtlpTargets(OtlpTarget? Metrics, OtlpTarget? Traces, OtlpTarget? Logs)
{
    /// <summary>Nothing is pushed.</summary>
    public static readonly OtlpTargets None = new(null, null, null);

    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>
    /// Reads the targets from options and environment. Options have priority, then the variable for the signal. Traces and logs are pushed
    /// only if they are asked for, as many receivers of metrics take nothing else.
    /// https://opentelemetry.io/docs/specs/otel/protocol/exporter/ and
    /// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
    /// </summary>
    /// <param name="options">Null for each option that was not given.</param>
    /// <param name="variable">Reads the environment.</param>
    /// <param name="warn">Called for a variable with an invalid value, which is ignored as the specification requires.</param>
    /// <exception cref="UserException">An endpoint is not a valid address, or signals were given without an endpoint.</exception>
    public static OtlpTargets From(OtlpOptions options, Func<string, string?> variable, Action<string> warn)
    {
        var environment = new OtlpVariables(variable, warn);
        if (environment.IsDisabled)
        {
            // The SDK would not push either.
            if (options.Endpoint is not null)
                warn($"OTEL_SDK_DISABLED=true: {string.Join(", ", (options.Signals ?? [OtlpSignal.Metrics]).Order().Select(s => s.Name()))} are not pushed");
            return None;
        }
        var targets = new OtlpTargets(
            Of(OtlpSignal.Metrics, options, environment), Of(OtlpSignal.Traces, options, environment), Of(OtlpSignal.Logs, options, environment));
        if (options.Signals is { } signals && signals.Any(s => targets[s] is null))
            throw UserException.Usage($"--otlp.signals needs --otlp.endpoint, or {Endpoint}");
        return targets;
    }

    /// <summary>Where a signal is pushed to.</summary>
    public OtlpTarget? this[OtlpSignal signal] => signal switch
    {
        OtlpSignal.Metrics => Metrics,
        OtlpSignal.Traces => Traces,
        _ => Logs,
    };

    private static OtlpTarget? Of(OtlpSignal signal, OtlpOptions options, OtlpVariables environment)
    {
        if (!IsWanted(signal, options, environment))
            return null;
        bool grpc = (options.Protocol ?? environment.Protocol(signal)) == "grpc";
        Uri? url = options.Endpoint is { } endpoint ? WithPath(endpoint, signal, grpc)
            : environment.Url(OtlpVariables.Of(signal, "ENDPOINT")) is { } own ? own // used without change
            : environment.Url(Endpoint) is { } all ? WithPath(all, signal, grpc)
            : null;
        return url is null ? null : new OtlpTarget(url, grpc, IntervalOf(signal, options, environment))
        {
            Headers = environment[OtlpVariables.Of(signal, "HEADERS")],
            Timeout = environment.Milliseconds(OtlpVariables.Of(signal, "TIMEOUT")),
        };
    }

    // An endpoint of the environment may be for other exporters, or for none. One for traces says that they are wanted.
    private static bool IsWanted(OtlpSignal signal, OtlpOptions options, OtlpVariables environment) =>
        options.Signals is { } signals ? signals.Contains(signal)
        : signal == OtlpSignal.Metrics ? options.Endpoint is not null || environment.Selects(signal) != false
        : environment.Selects(signal) ?? (options.Endpoint is null && environment[OtlpVariables.Of(signal, "ENDPOINT")] is not null);

    private static TimeSpan IntervalOf(OtlpSignal signal, OtlpOptions options, OtlpVariables environment) => signal switch
    {
        OtlpSignal.Metrics => options.Interval ?? environment.Milliseconds("OTEL_METRIC_EXPORT_INTERVAL") ?? TimeSpan.FromSeconds(60),
        OtlpSignal.Traces => environment.Milliseconds("OTEL_BSP_SCHEDULE_DELAY") ?? TimeSpan.FromSeconds(5),
        _ => environment.Milliseconds("OTEL_BLRP_SCHEDULE_DELAY") ?? TimeSpan.FromSeconds(1),
    };

    private static Uri WithPath(Uri endpoint, OtlpSignal signal, bool grpc) =>
        grpc ? endpoint : new Uri($"{endpoint.AbsoluteUri.TrimEnd('/')}/v1/{signal.Name()}");
}
