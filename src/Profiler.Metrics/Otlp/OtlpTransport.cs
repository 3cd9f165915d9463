using System.Globalization;
using System.Security.Authentication;

namespace Profiler.Metrics.Otlp;

/// <summary>
/// Sits between the SDK and its HTTP client and keeps the reason of a failed push. The SDK returns only that the push failed,
/// and writes the reason to an EventSource, which this program does not use.
/// </summary>
/// <param name="inner">The SDK's client, with its certificates and limits.</param>
internal sealed class OtlpTransport(HttpClient inner) : HttpMessageHandler
{
    /// <summary>Reason of the last failed push, if the receiver or the network caused it.</summary>
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

    // For certificate errors the client's message only refers to the inner exception.
    private static string Reason(Exception e) => e.InnerException is AuthenticationException tls ? tls.Message : e.Message;

    // An HttpClient does not send a request that was sent already.
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

    // gRPC's status is in the trailers, or in the headers of a response without a body.
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
