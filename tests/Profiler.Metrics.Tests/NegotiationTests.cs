using Profiler.Metrics.Formats;

namespace Profiler.Metrics.Tests;

/// <summary>Headers in, format out; among them those of real servers.</summary>
public sealed class NegotiationTests
{
    private const string Protobuf = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
    private const string OpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private const string Draft = "application/openmetrics-text; version=0.0.1; charset=utf-8";
    private const string Text = "text/plain; version=0.0.4; charset=utf-8";

    [Theory]
    [InlineData(null, Text)]
    [InlineData("", Text)]
    [InlineData("*/*", Text)]
    [InlineData("text/html, application/xhtml+xml, */*;q=0.8", Text)] // a browser
    [InlineData("application/json", Text)] // rather something than nothing
    // Prometheus 2.42, without and with native histograms.
    [InlineData("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", OpenMetrics)]
    [InlineData("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", Protobuf)]
    // Prometheus 3.
    [InlineData("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", OpenMetrics)]
    [InlineData("application/openmetrics-text;version=0.0.1", Draft)]
    [InlineData("application/openmetrics-text", OpenMetrics)]
    [InlineData("application/openmetrics-text;version=2.0.0, text/plain;q=0.1", Text)]
    [InlineData("text/plain;q=0.5, application/openmetrics-text;q=0.4", Text)]
    [InlineData("text/plain;q=0, application/openmetrics-text;q=0.001", OpenMetrics)]
    [InlineData("APPLICATION/OPENMETRICS-TEXT;VERSION=1.0.0", OpenMetrics)]
    [InlineData("application/openmetrics-text;version=\"1.0.0\"", OpenMetrics)]
    [InlineData("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text", Text)]
    [InlineData("application/openmetrics-text;q=nonsense, ;;;,=,", Text)]
    public void Format(string? accept, string contentType) => Assert.Equal(contentType, Negotiation.Format(accept).ContentType);

    [Theory]
    [InlineData(null, false)]
    [InlineData("gzip", true)]
    [InlineData("deflate, gzip;q=0.5", true)]
    [InlineData("gzip;q=0", false)]
    [InlineData("*", true)]
    [InlineData("identity", false)]
    public void Compression(string? acceptEncoding, bool gzip) => Assert.Equal(gzip, Negotiation.Gzip(acceptEncoding));
}
