using System.Net;
using System.Net.Sockets;
using System.Text;
using Profiler.Cli.Tests.Support;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Serve;

/// <summary>Requests nobody should make; each time the next who asks properly is answered.</summary>
public sealed class BadRequestsTests
{
    [Theory]
    [InlineData("nonsense\r\n\r\n", "HTTP/1.1 400")]
    [InlineData("GET /metrics HTTP/9.9\r\n\r\n", "HTTP/1.1 505")]
    [InlineData("GET /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 400")] // no host
    [InlineData("GET /../../etc/passwd HTTP/1.0\r\n\r\n", "HTTP/1.1 404")]
    [InlineData("GET /metrics HTTP/1.0\r\nAccept: ;q=;;,,=\r\nAccept-Encoding: ;q=\r\n\r\n", "HTTP/1.1 200")]
    [InlineData("DELETE /metrics HTTP/1.0\r\n\r\n", "HTTP/1.1 405")]
    [InlineData("POST /metrics HTTP/1.0\r\nContent-Length: 99999999999\r\n\r\n", "HTTP/1.1 405")]
    public async Task Malformed(string request, string answer)
    {
        using var recording = new TemporaryFile(new StagedCapture("").Recording());
        await using Serving serving = await Serving.Start("--from", recording.Path);
        Assert.StartsWith(answer, await Raw(serving.Url, request), StringComparison.Ordinal);
        await serving.Text("/metrics");
    }

    [Fact]
    public async Task Huge()
    {
        using var recording = new TemporaryFile(new StagedCapture("").Recording());
        await using Serving serving = await Serving.Start("--from", recording.Path);
        Assert.StartsWith("HTTP/1.1 414", await Raw(serving.Url, $"GET /{new string('a', 5000)} HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith(
            "HTTP/1.1 431", await Raw(serving.Url, $"GET / HTTP/1.0\r\nA: {new string('a', 20_000)}\r\n\r\n"), StringComparison.Ordinal);
        string many = string.Concat(Enumerable.Range(0, 100).Select(i => $"A{i}: 1\r\n"));
        Assert.StartsWith("HTTP/1.1 431", await Raw(serving.Url, $"GET / HTTP/1.0\r\n{many}\r\n"), StringComparison.Ordinal);
        await serving.Text("/metrics");
    }

    [Fact]
    public async Task Many_and_slow()
    {
        using var recording = new TemporaryFile(new StagedCapture("").Recording());
        await using Serving serving = await Serving.Start("--from", recording.Path);
        // Half of the connections there may be say nothing at all, others ask and do not read the answer.
        var silent = new List<TcpClient>();
        for (int i = 0; i < 40; i++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, serving.Url.Port);
            if (i % 2 == 0)
                await client.GetStream().WriteAsync("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
            silent.Add(client);
        }
        HttpResponseMessage[] answers = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => serving.Send(HttpMethod.Get, "/metrics")));
        Assert.All(answers, a => Assert.True(a.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{a.StatusCode}"));
        // On a busy machine those before may take all there is for a while.
        await Eventually.Get(() => serving.Send(HttpMethod.Get, "/metrics"), a => a.StatusCode == HttpStatusCode.OK);
        silent.ForEach(client => client.Dispose());
    }

    private static async Task<string> Raw(Uri url, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, url.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        var answer = new byte[64];
        int length = await client.GetStream().ReadAtLeastAsync(answer, 12, throwOnEndOfStream: false);
        return Encoding.ASCII.GetString(answer, 0, length);
    }
}
