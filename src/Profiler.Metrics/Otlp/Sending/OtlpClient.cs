using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using OpenTelemetry.Exporter;
using Profiler.Core;
using Profiler.Core.Wire;
using Profiler.Metrics.Otlp.Messages;
using Profiler.Metrics.Otlp.Targets;

namespace Profiler.Metrics.Otlp.Sending;

/// <summary>Sends requests over HTTP or gRPC (https://opentelemetry.io/docs/specs/otlp/), and reads the answers.</summary>
internal sealed class OtlpClient : IDisposable
{
    private const int LongestAnswer = 64 * 1024;

    private readonly HttpClient _http;
    private readonly Uri _url;
    private readonly bool _grpc, _gzip;
    private readonly IReadOnlyList<(string Name, string Value)> _headers;
    private readonly string _agent;

    /// <param name="target">Where to.</param>
    /// <param name="service">The gRPC method's path.</param>
    /// <param name="version">Version of this program.</param>
    /// <exception cref="UserException">An environment variable of OpenTelemetry has an invalid value.</exception>
    public OtlpClient(OtlpTarget target, string service, string version)
    {
        OtlpExporterOptions options = OtlpSettings.Of(target);
        _headers = OtlpSettings.Headers(options.Headers);
        _http = OtlpSettings.Checked(options.HttpClientFactory);
        _gzip = options.Compression == OtlpExportCompression.GZip;
        _grpc = target.Grpc;
        _url = _grpc ? new Uri($"{target.Url.AbsoluteUri.TrimEnd('/')}/{service}") : target.Url;
        _agent = $"vfioscope/{version}";
    }

    /// <summary>Sends a message. Network errors are an answer as well.</summary>
    /// <param name="message">The request.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/>.</exception>
    public async Task<OtlpAnswer> Send(ReadOnlyMemory<byte> message, CancellationToken stop)
    {
        try
        {
            using HttpRequestMessage request = Request(message);
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
            byte[] body = await Body(response, stop);
            return _grpc ? Grpc(response, body) : Http(response, body);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            // For certificate errors the client's message only refers to the inner exception.
            return new OtlpAnswer(OtlpOutcome.TryAgain, e.InnerException is AuthenticationException tls ? tls.Message : e.Message);
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(ReadOnlyMemory<byte> message)
    {
        ReadOnlyMemory<byte> body = _gzip ? Zip(message) : message;
        var request = new HttpRequestMessage(HttpMethod.Post, _url);
        if (_grpc)
        {
            (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
            request.Headers.TryAddWithoutValidation("te", "trailers");
            if (_gzip)
                request.Headers.TryAddWithoutValidation("grpc-encoding", "gzip");
            body = Framed(body);
        }
        request.Content = new ReadOnlyMemoryContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(_grpc ? "application/grpc" : "application/x-protobuf");
        if (_gzip && !_grpc)
            request.Content.Headers.ContentEncoding.Add("gzip");
        request.Headers.TryAddWithoutValidation("user-agent", _agent);
        foreach ((string name, string value) in _headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    // A byte that says whether it is compressed, and the length.
    private byte[] Framed(ReadOnlyMemory<byte> message)
    {
        byte[] framed = new byte[5 + message.Length];
        framed[0] = (byte)(_gzip ? 1 : 0);
        BinaryPrimitives.WriteUInt32BigEndian(framed.AsSpan(1), (uint)message.Length);
        message.CopyTo(framed.AsMemory(5));
        return framed;
    }

    private static byte[] Zip(ReadOnlyMemory<byte> message)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest))
            gzip.Write(message.Span);
        return zipped.ToArray();
    }

    // Whatever answers: no more than a little is read.
    private static async Task<byte[]> Body(HttpResponseMessage response, CancellationToken stop)
    {
        await using Stream stream = await response.Content.ReadAsStreamAsync(stop);
        using var body = new MemoryStream();
        byte[] buffer = new byte[4096];
        for (int read; (read = await stream.ReadAsync(buffer, stop)) > 0;)
        {
            if (body.Length < LongestAnswer)
                body.Write(buffer, 0, read);
        }
        return body.ToArray();
    }

    // https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
    private static OtlpAnswer Http(HttpResponseMessage response, byte[] body)
    {
        if (response.IsSuccessStatusCode)
            return Taken(body);
        return new OtlpAnswer(
            IsTemporary(response.StatusCode) ? OtlpOutcome.TryAgain : OtlpOutcome.Refused, Words(response),
            After: response.Headers.RetryAfter?.Delta);
    }

    // The status is in the trailers, or in the headers of an answer without a body:
    // https://github.com/grpc/grpc/blob/v1.66.0/doc/PROTOCOL-HTTP2.md#responses
    private static OtlpAnswer Grpc(HttpResponseMessage response, byte[] body)
    {
        string? Header(string name) =>
            response.TrailingHeaders.Concat(response.Headers).FirstOrDefault(h => h.Key == name).Value?.FirstOrDefault();
        if (!response.IsSuccessStatusCode)
            return new OtlpAnswer(IsTemporary(response.StatusCode) ? OtlpOutcome.TryAgain : OtlpOutcome.Refused, Words(response));
        string status = Header("grpc-status") ?? "2";
        if (status == "0")
            return Taken(body.Length > 5 && body[0] == 0 ? body.AsSpan(5) : default);
        // https://opentelemetry.io/docs/specs/otlp/#failures: CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, OUT_OF_RANGE,
        // UNAVAILABLE and DATA_LOSS.
        bool temporary = status is "1" or "4" or "8" or "10" or "11" or "14" or "15";
        return new OtlpAnswer(
            temporary ? OtlpOutcome.TryAgain : OtlpOutcome.Refused,
            $"gRPC status {Printable.Clean(status, 20)} {Printable.Clean(Header("grpc-message") ?? "", 200)}".TrimEnd());
    }

    private static OtlpAnswer Taken(ReadOnlySpan<byte> body)
    {
        (long rejected, string reason) = OtlpRequest.Read(body);
        return new OtlpAnswer(OtlpOutcome.Taken, rejected > 0 ? $"it accepted only a part: {reason}" : null, rejected);
    }

    private static bool IsTemporary(HttpStatusCode status) => status is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or
        HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout or HttpStatusCode.RequestTimeout;

    private static string Words(HttpResponseMessage response) =>
        string.Create(CultureInfo.InvariantCulture, $"it answers {(int)response.StatusCode} {Printable.Clean(response.ReasonPhrase ?? "", 200)}");
}
