using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Metrics.Formats;

namespace Profiler.Metrics.Otlp;

/// <summary>Where to push, and how often.</summary>
/// <param name="Endpoint">The collector; for HTTP, /v1/metrics is added.</param>
/// <param name="Grpc">Whether over gRPC; else over HTTP with protobuf.</param>
/// <param name="Interval">Between two pushes.</param>
public sealed record OtlpTarget(Uri Endpoint, bool Grpc, TimeSpan Interval);

/// <summary>
/// Pushes the metrics to an OpenTelemetry collector with the OpenTelemetry SDK, which obeys the environment variables
/// of its specification: https://opentelemetry.io/docs/specs/otel/protocol/exporter/. All counts are since the start: a
/// push that fails loses nothing but exemplars, the next one tells the rest.
/// </summary>
public sealed class OtlpPush : IDisposable
{
    private const string Name = "vfioscope";

    // What the last push may take.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly OtlpSamples _samples;
    private readonly OtlpDurations _durations;
    private readonly Meter _meter;
    private readonly MeterProvider _provider;
    private readonly Uri _url;
    private readonly string _version;
    private readonly Action<string> _complain;
    private OtlpTransport? _transport;
    private bool _failing;

    /// <param name="target">Where to.</param>
    /// <param name="profile">Not started yet.</param>
    /// <param name="state">What a scrape would tell; asked once for each push.</param>
    /// <param name="version">Of this program.</param>
    /// <param name="complain">Hears of the first of several failures, and when they are over, in one line.</param>
    /// <exception cref="UserException">An environment variable of OpenTelemetry is not as it should be.</exception>
    public OtlpPush(OtlpTarget target, Profile profile, Func<MetricsState> state, string version, Action<string> complain)
    {
        (_version, _complain) = (version, complain);
        _url = target.Grpc ? target.Endpoint : new Uri(target.Endpoint.AbsoluteUri.TrimEnd('/') + "/v1/metrics");
        OtlpMetricExporter exporter = ExporterTo(_url, target.Grpc);
        _samples = new OtlpSamples((name, type, help) => new OtlpFamily(name, type, help, NewMeter));
        _meter = NewMeter();
        // What counts is there from the start, not only from the first push on.
        _samples.Take(state(), version);
        _provider = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(ResourceOf(profile.Info.Hostname))
            .AddMeter(Name)
            .AddView(ViewOf)
            .SetExemplarFilter(ExemplarFilterType.AlwaysOn)
            .AddReader(new OtlpReader(exporter, target.Interval, () => _samples.Take(state(), version), Heard))
            .Build();
        _durations = new OtlpDurations(_meter, profile);
    }

    /// <summary>Pushes once more: what came last is told too.</summary>
    public void Dispose()
    {
        _durations.Dispose();
        _provider.Shutdown((int)Patience.TotalMilliseconds);
        _provider.Dispose();
        _samples.Dispose();
        _meter.Dispose();
    }

    private OtlpMetricExporter ExporterTo(Uri url, bool grpc)
    {
        try
        {
            var options = new OtlpExporterOptions
            {
                Endpoint = url,
                Protocol = grpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
            };
            Func<HttpClient> create = options.HttpClientFactory;
            options.HttpClientFactory = () =>
            {
                HttpClient inner = create();
                _transport = new OtlpTransport(inner);
                return new HttpClient(_transport) { Timeout = inner.Timeout };
            };
            return new OtlpMetricExporter(options);
        }
#pragma warning disable CA1031 // what the SDK throws for a bad variable is no more specific
        catch (Exception e)
#pragma warning restore CA1031
        {
            throw UserException.Usage($"OpenTelemetry's environment variables: {e.Message}", e);
        }
    }

    // One host, one exporter: the host's name tells it from others. What the environment says comes last and wins.
    private ResourceBuilder ResourceOf(string hostname) => ResourceBuilder.CreateEmpty()
        .AddService(Name, serviceVersion: _version, autoGenerateServiceInstanceId: false, serviceInstanceId: hostname)
        .AddAttributes([new("host.name", hostname)])
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();

    private Meter NewMeter() => new(new MeterOptions(Name) { Version = _version, Scope = this });

    // A provider hears all meters of that name there are, which in tests are several.
    private MetricStreamConfiguration? ViewOf(Instrument instrument)
    {
        if (instrument.Meter.Scope != this)
            return MetricStreamConfiguration.Drop;
        if (DurationMetric.All.FirstOrDefault(m => m.Name == instrument.Name) is not { } durations)
            return new MetricStreamConfiguration { CardinalityLimit = _samples.RoomOf(instrument.Name) };
        return new Base2ExponentialBucketHistogramConfiguration
        {
            MaxScale = NativeBuckets.Schema,
            MaxSize = 40 << NativeBuckets.Schema, // 2^40 is all there is from a nanosecond to a quarter of an hour
            TagKeys = [.. durations.Parts.SelectMany(p => p.Labels).Select(label => label.Name).Distinct()],
        };
    }

    private void Heard(bool taken)
    {
        if (!taken && !_failing)
            _complain($"{_url} does not take metrics: {_transport?.Failure ?? "the push could not be made"}; trying on");
        if (taken && _failing)
            _complain($"{_url} takes metrics again");
        _failing = !taken;
    }
}
