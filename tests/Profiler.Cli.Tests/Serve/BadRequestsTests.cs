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

    [Theory]
    [InlineData("")] // says nothing
    [InlineData("GET /metrics HTTP/1.1\r\nHo")] // never ends
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n")] // stays after the answer
    [InlineData("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\nGET /metrics HTTP/1.1\r\nHost: a\r\n\r\nGET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")] // does not read
    public async Task Three_times_the_connections_there_may_be_keep_nobody_out(string said)
    {
        using var recording = new TemporaryFile(new StagedCapture("").Recording());
        await using Serving serving = await Serving.Start("--from", recording.Path);
        var silent = new List<TcpClient>();
        for (int i = 0; i < 200; i++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, serving.Url.Port);
            try
            {
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(said));
            }
            catch (IOException)
            {
                // It was closed for one that came later.
            }
            silent.Add(client);
        }
        await Eventually.Get(() => Task.FromResult(serving.Error), error => error.Contains("connections at a time", StringComparison.Ordinal));
        for (int i = 0; i < 5; i++)
        {
            // Not disconnected. It may be told to come again, while as many scrapes as may be are under way.
            await Eventually.Get(() => serving.Send(HttpMethod.Get, "/metrics"), a => a.StatusCode == HttpStatusCode.OK);
        }
        // A few lines, and not one for each.
        Assert.InRange(serving.Error.Split('\n').Count(line => line.Contains("connections at a time", StringComparison.Ordinal)), 1, 20);
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
