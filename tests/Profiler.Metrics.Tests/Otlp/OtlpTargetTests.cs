using Profiler.Core;
using Profiler.Metrics.Otlp.Targets;

namespace Profiler.Metrics.Tests.Otlp;

/// <summary>Options and environment in, where to push out: https://opentelemetry.io/docs/specs/otel/protocol/exporter/.</summary>
public sealed class OtlpTargetTests
{
    private readonly List<string> _warnings = [];

    [Fact]
    public void Nobody_asked_for_it() => Assert.Null(From([]));

    [Fact]
    public void The_option_is_enough() => Assert.Equal(
        new OtlpTarget(new Uri("http://c:4318/v1/metrics"), Grpc: false, TimeSpan.FromSeconds(60)), From([], "http://c:4318/"));

    [Fact]
    public void The_variable_is_enough() => Assert.Equal(
        new OtlpTarget(new Uri("https://c:4318/base/v1/metrics"), Grpc: false, TimeSpan.FromSeconds(60)),
        From([("OTEL_EXPORTER_OTLP_ENDPOINT", "https://c:4318/base")]));

    [Fact]
    public void The_variable_for_metrics_wins_and_is_taken_as_it_is() => Assert.Equal(
        new Uri("http://m:4318/"),
        From([("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"), ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://m:4318")])!.Url);

    [Fact]
    public void Over_gRPC_nothing_is_added() => Assert.Equal(
        new OtlpTarget(new Uri("http://c:4317/"), Grpc: true, TimeSpan.FromSeconds(60)),
        From([("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4317"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]));

    [Fact]
    public void Options_win() => Assert.Equal(
        new OtlpTarget(new Uri("http://o:4318/v1/metrics"), Grpc: false, TimeSpan.FromSeconds(5)),
        From(
            [
                ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4317"), ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://m:4317"),
                ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"), ("OTEL_METRIC_EXPORT_INTERVAL", "1000"),
            ],
            "http://o:4318", "http/protobuf", TimeSpan.FromSeconds(5)));

    [Fact]
    public void Of_variables_the_one_for_metrics_wins()
    {
        OtlpTarget target = From(
            [
                ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "grpc"),
                ("OTEL_EXPORTER_OTLP_HEADERS", "a=b"), ("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "c=d"),
                ("OTEL_EXPORTER_OTLP_TIMEOUT", "1000"), ("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "2000"),
                ("OTEL_METRIC_EXPORT_INTERVAL", "15000"),
            ],
            "http://c:4317")!;
        Assert.Equal(
            (true, "c=d", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(15)),
            (target.Grpc, target.Headers, target.Timeout, target.Interval));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void An_empty_one_is_none(string empty) => Assert.Equal(
        new OtlpTarget(new Uri("http://c:4318/v1/metrics"), Grpc: false, TimeSpan.FromSeconds(60)),
        From(
        [
            ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", empty), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"),
            ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", empty), ("OTEL_METRIC_EXPORT_INTERVAL", empty),
            ("OTEL_EXPORTER_OTLP_METRICS_HEADERS", empty), ("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", empty),
            ("OTEL_SDK_DISABLED", empty), ("OTEL_METRICS_EXPORTER", empty),
        ]));

    /// <summary>As the specification wants it: a value that is none is ignored, with a warning.</summary>
    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "vfioscope pushes by grpc or http/protobuf")]
    [InlineData("OTEL_METRIC_EXPORT_INTERVAL", "1m", "it is no number of milliseconds")]
    [InlineData("OTEL_METRIC_EXPORT_INTERVAL", "0", "it is no number of milliseconds")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "-5", "it is no number of milliseconds")]
    public void A_value_that_is_none_is_ignored_and_told(string name, string value, string reason)
    {
        Assert.Equal(
            new OtlpTarget(new Uri("http://c:4318/v1/metrics"), Grpc: false, TimeSpan.FromSeconds(60)),
            From([(name, value)], "http://c:4318"));
        Assert.Equal([$"{name}={value} is ignored: {reason}"], _warnings);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "ftp://collector")]
    public void An_endpoint_that_is_none_is_wrong_usage(string name, string value)
    {
        var error = Assert.Throws<UserException>(() => From([(name, value)]));
        Assert.Equal($"{name}={value}: write an http or https address, such as http://127.0.0.1:4318", error.Message);
        Assert.Equal(ExitCode.Usage, error.Code);
    }

    [Theory]
    [InlineData("none", false)]
    [InlineData("prometheus", false)]
    [InlineData("console, otlp", true)]
    public void The_environment_may_name_other_exporters_and_the_option_wins(string exporters, bool pushes)
    {
        Assert.Equal(
            pushes, From([("OTEL_METRICS_EXPORTER", exporters), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318")]) is not null);
        Assert.NotNull(From([("OTEL_METRICS_EXPORTER", exporters)], "http://c:4318"));
    }

    [Fact]
    public void A_disabled_SDK_does_not_push_and_who_gave_the_option_is_told()
    {
        Assert.Null(From([("OTEL_SDK_DISABLED", "true"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318")]));
        Assert.Empty(_warnings);
        Assert.Null(From([("OTEL_SDK_DISABLED", "true")], "http://c:4318"));
        Assert.Equal(["OTEL_SDK_DISABLED=true: metrics are not pushed"], _warnings);
        Assert.NotNull(From([("OTEL_SDK_DISABLED", "false")], "http://c:4318"));
    }

    [Fact]
    public void Traces_and_logs_are_pushed_if_they_are_asked_for()
    {
        OtlpTargets none = All([], "http://c:4318");
        Assert.Null(none.Traces);
        Assert.Null(none.Logs);
        OtlpTargets both = All([], "http://c:4318", signals: [OtlpSignal.Traces, OtlpSignal.Logs]);
        Assert.Null(both.Metrics);
        Assert.Equal("http://c:4318/v1/traces", both.Traces!.Url.AbsoluteUri);
        Assert.Equal("http://c:4318/v1/logs", both.Logs!.Url.AbsoluteUri);
    }

    [Fact]
    public void The_environment_may_ask_for_them()
    {
        OtlpTargets selected = All([("OTEL_TRACES_EXPORTER", "console, otlp"), ("OTEL_LOGS_EXPORTER", "none")], "http://c:4318");
        Assert.Equal("http://c:4318/v1/traces", selected.Traces!.Url.AbsoluteUri);
        Assert.Null(selected.Logs);
        OtlpTargets own = All([("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://t:1/x"), ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=b"), ("OTEL_BSP_SCHEDULE_DELAY", "7")]);
        Assert.Null(own.Metrics);
        Assert.Equal(("http://t:1/x", "a=b", TimeSpan.FromMilliseconds(7)), (own.Traces!.Url.AbsoluteUri, own.Traces.Headers, own.Traces.Interval));
    }

    [Fact]
    public void The_option_wins_over_the_environment() => Assert.Null(
        All([("OTEL_TRACES_EXPORTER", "otlp")], "http://c:4318", signals: [OtlpSignal.Metrics]).Traces);

    [Fact]
    public void Signals_need_somewhere_to_go() => Assert.Equal(
        "--otlp.signals needs --otlp.endpoint, or OTEL_EXPORTER_OTLP_ENDPOINT",
        Assert.Throws<UserException>(() => All([], signals: [OtlpSignal.Traces])).Message);

    private OtlpTarget? From(
        (string Name, string Value)[] environment, string? endpoint = null, string? protocol = null, TimeSpan? interval = null) =>
        All(environment, endpoint, protocol, interval).Metrics;

    private OtlpTargets All(
        (string Name, string Value)[] environment, string? endpoint = null, string? protocol = null, TimeSpan? interval = null,
        params OtlpSignal[] signals) =>
        OtlpTargets.From(
            new OtlpOptions(endpoint is null ? null : new Uri(endpoint), protocol, interval, signals.Length == 0 ? null : signals),
            name => environment.Where(v => v.Name == name).Select(v => v.Value).FirstOrDefault(), _warnings.Add);
}
