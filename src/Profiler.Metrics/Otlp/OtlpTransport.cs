using System.Globalization;
using System.Security.Authentication;

namespace Profiler.Metrics.Otlp;

/// <summary>
/// Between the SDK and its HTTP client, and remembers why a push failed: the SDK tells only that it did, and the reason
/// to an EventSource, which this program does without.
/// </summary>
/// <param name="inner">The SDK's, with its certificates and limits.</param>
internal sealed class OtlpTransport(HttpClient inner) : HttpMessageHandler
{
    /// <summary>Why the last push failed, as far as that was the receiver's or the way's doing.</summary>
    public string? Failure { get; private set; }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return Heard(inner.Send(Again(request), cancellationToken));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            Failure = Reason(e);
            throw;
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return Heard(await inner.SendAsync(Again(request), cancellationToken));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            Failure = Reason(e);
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    // Of a certificate the client says only that the cause says more.
    private static string Reason(Exception e) => e.InnerException is AuthenticationException tls ? tls.Message : e.Message;

    // A client does not send what another has sent.
    private static HttpRequestMessage Again(HttpRequestMessage request)
    {
        var again = new HttpRequestMessage(request.Method, request.RequestUri)
        {
            Content = request.Content,
            Version = request.Version,
            VersionPolicy = request.VersionPolicy,
        };
        foreach ((string name, IEnumerable<string> values) in request.Headers)
            again.Headers.TryAddWithoutValidation(name, values);
        return again;
    }

    // gRPC's status is in the trailers, or where there is nothing else to say, in the headers.
    // https://github.com/grpc/grpc/blob/v1.66.0/doc/PROTOCOL-HTTP2.md#responses
    private HttpResponseMessage Heard(HttpResponseMessage response)
    {
        string? Header(string name) =>
            response.TrailingHeaders.Concat(response.Headers).FirstOrDefault(h => h.Key == name).Value?.FirstOrDefault();
        Failure = !response.IsSuccessStatusCode
            ? string.Create(CultureInfo.InvariantCulture, $"it answers {(int)response.StatusCode} {response.ReasonPhrase}")
            : Header("grpc-status") is { } status and not "0" ? $"gRPC status {status} {Header("grpc-message")}".TrimEnd() : null;
        return response;
    }
}
