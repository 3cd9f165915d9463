using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Metrics.Formats;
using Profiler.Metrics.Logging;
using Profiler.Metrics.Otlp.Messages;
using Profiler.Metrics.Otlp.Sending;
using Profiler.Metrics.Otlp.Targets;
using Profiler.Metrics.Table;
using Profiler.Metrics.Values;

namespace Profiler.Metrics.Otlp;

/// <summary>
/// Pushes the metrics to an OpenTelemetry collector with the OpenTelemetry SDK. The environment variables of the specification
/// apply: https://opentelemetry.io/docs/specs/otel/protocol/exporter/. All counts are cumulative since the start: a failed push
/// loses only exemplars, the next push exports the rest.
/// </summary>
public sealed class OtlpPush : IDisposable
{
    private const string Name = OtlpResource.Name;

    // Time limit of the last push.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly OtlpSamples _samples;
    private readonly OtlpDurations _durations;
    private readonly Meter _meter;
    private readonly MeterProvider _provider;
    private readonly OtlpTarget _target;
    private readonly string _version;
    private readonly Log _log;
    private OtlpTransport? _transport;
    private bool _failing;

    /// <param name="target">Destination.</param>
    /// <param name="profile">Not started yet.</param>
    /// <param name="state">The state that a scrape exports; called once for each push.</param>
    /// <param name="version">Version of this program.</param>
    /// <param name="log">Logs the first of several failures, and one line when pushes work again.</param>
    /// <exception cref="UserException">An environment variable of OpenTelemetry has an invalid value.</exception>
    public OtlpPush(OtlpTarget target, Profile profile, Func<MetricsState> state, string version, Log log)
    {
        (_target, _version, _log) = (target, version, log);
        OtlpMetricExporter exporter = Exporter();
        _samples = new OtlpSamples(NewMeter);
        _meter = NewMeter();
        // Counters exist from the start, not only from the first push.
        _samples.Take(state(), version);
        _provider = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(OtlpResource.Of(profile.Info.Hostname, version))
            .AddMeter(Name)
            .AddView(ViewOf)
            .SetExemplarFilter(ExemplarFilterType.AlwaysOn)
            .AddReader(new OtlpReader(exporter, target.Interval, () => _samples.Take(state(), version), Heard))
            .Build();
        _durations = new OtlpDurations(_meter, profile);
    }

    /// <summary>Pushes once more, to export the latest values.</summary>
    public void Dispose()
    {
        _durations.Dispose();
        _provider.Shutdown((int)Patience.TotalMilliseconds);
        _provider.Dispose();
        _samples.Dispose();
        _meter.Dispose();
    }

    private OtlpMetricExporter Exporter() => OtlpSettings.Checked(() =>
    {
        OtlpExporterOptions options = OtlpSettings.Of(_target);
        Func<HttpClient> create = options.HttpClientFactory;
        options.HttpClientFactory = () =>
        {
            HttpClient inner = create();
            _transport = new OtlpTransport(inner);
            return new HttpClient(_transport) { Timeout = inner.Timeout };
        };
        return new OtlpMetricExporter(options);
    });

    private Meter NewMeter() => new(new MeterOptions(Name) { Version = _version, Scope = this });

    // A provider collects all meters of that name in the process; in tests there are several.
    private MetricStreamConfiguration? ViewOf(Instrument instrument)
    {
        if (instrument.Meter.Scope != this)
            return MetricStreamConfiguration.Drop;
        MetricDefinition metric = MetricTable.All.First(m => m.Name == instrument.Name);
        if (_samples.RoomOf(metric) is { } room)
            return new MetricStreamConfiguration { CardinalityLimit = room };
        return new Base2ExponentialBucketHistogramConfiguration
        {
            MaxScale = NativeBuckets.Schema,
            MaxSize = 40 << NativeBuckets.Schema, // 2^40 covers a nanosecond to a quarter of an hour
            TagKeys = [.. metric.Labels],
        };
    }

    private void Heard(bool taken)
    {
        if (!taken && !_failing)
            _log.Warn($"{_target.Url} does not take metrics: {_transport?.Failure ?? "the push could not be made"}; trying on");
        if (taken && _failing)
            _log.Info($"{_target.Url} takes metrics again");
        _failing = !taken;
    }
}
