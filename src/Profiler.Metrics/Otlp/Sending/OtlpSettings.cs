using OpenTelemetry.Exporter;
using Profiler.Core;
using Profiler.Metrics.Otlp.Targets;

namespace Profiler.Metrics.Otlp.Sending;

/// <summary>The SDK's settings of a target: it reads the variables for all signals, and makes the client with its certificates.</summary>
internal static class OtlpSettings
{
    /// <exception cref="UserException">An environment variable of OpenTelemetry has an invalid value.</exception>
    public static OtlpExporterOptions Of(OtlpTarget target) => Checked(() =>
    {
        var options = new OtlpExporterOptions
        {
            Endpoint = target.Url,
            Protocol = target.Grpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
        };
        options.Headers = target.Headers ?? options.Headers;
        options.TimeoutMilliseconds = (int?)target.Timeout?.TotalMilliseconds ?? options.TimeoutMilliseconds;
        return options;
    });

    /// <summary>Runs something of the SDK that reads the environment.</summary>
    /// <exception cref="UserException">A variable has an invalid value.</exception>
    public static T Checked<T>(Func<T> read)
    {
        try
        {
            return read();
        }
#pragma warning disable CA1031 // the SDK throws no more specific exception for an invalid variable
        catch (Exception e) when (e is not UserException)
#pragma warning restore CA1031
        {
            throw Invalid(e.Message, e);
        }
    }

    /// <summary>
    /// Headers in the form of OTEL_EXPORTER_OTLP_HEADERS: "name=value,name=value", as the SDK reads them. Values may be URL-encoded.
    /// </summary>
    /// <exception cref="UserException">They are in another form.</exception>
    public static IReadOnlyList<(string Name, string Value)> Headers(string? text)
    {
        var headers = new List<(string, string)>();
        using var probe = new HttpRequestMessage();
        foreach (string pair in Uri.UnescapeDataString(text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            (string Name, string Value) header = equals <= 0 ? ("", "") : (pair[..equals].Trim(), pair[(equals + 1)..].Trim());
            if (!probe.Headers.TryAddWithoutValidation(header.Name, header.Value))
                throw Invalid("Headers provided in an invalid format.");
            headers.Add(header);
        }
        return headers;
    }

    private static UserException Invalid(string message, Exception? inner = null) =>
        UserException.Usage($"OpenTelemetry's environment variables: {message}", inner);
}
