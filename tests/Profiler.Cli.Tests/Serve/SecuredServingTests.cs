using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Profiler.Cli.Commands;
using Profiler.Cli.Tests.Support;
using Profiler.Core;
using Profiler.Metrics.Tests.Web;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Serve;

/// <summary>The verb <c>serve</c> with a configuration: who gets in, and who does not.</summary>
public sealed class SecuredServingTests : IDisposable
{
    private const string Tls = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n";

    private readonly TestCertificates _files = new();
    private readonly TemporaryFile _recording = new(new StagedCapture("").Recording());

    [Fact]
    public async Task Over_TLS_with_HTTP_2()
    {
        await using Serving serving = await Start(Tls);
        Assert.Equal("https", serving.Url.Scheme);
        using HttpClient client = Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(serving.Url, "/metrics"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using HttpResponseMessage answer = await client.SendAsync(request);
        Assert.Contains("vfioscope_build_info", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_protocol_than_allowed_is_refused()
    {
        await using Serving serving = await Start(Tls + "  min_version: TLS13\n");
        using HttpClient old = Client(tls => tls.EnabledSslProtocols = SslProtocols.Tls12);
        await Assert.ThrowsAsync<HttpRequestException>(() => old.GetStringAsync(new Uri(serving.Url, "/metrics")));
        using HttpClient young = Client(tls => tls.EnabledSslProtocols = SslProtocols.Tls13);
        await young.GetStringAsync(new Uri(serving.Url, "/metrics"));
    }

    [Fact]
    public async Task Only_clients_the_authority_vouches_for()
    {
        await using Serving serving = await Start(
            Tls + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n  client_allowed_sans: [prometheus]\n");
        using var strangers = new TestCertificates();
        using X509Certificate2 known = _files.Client("prometheus"), other = _files.Client("other"), strange = strangers.Client("prometheus");
        foreach (X509Certificate2? refused in new[] { null, other, strange })
        {
            using HttpClient client = Client(tls => tls.ClientCertificates = refused is null ? [] : [refused]);
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetStringAsync(new Uri(serving.Url, "/metrics")));
        }
        using HttpClient welcome = Client(tls => tls.ClientCertificates = [known]);
        await welcome.GetStringAsync(new Uri(serving.Url, "/metrics"));
    }

    [Theory]
    [InlineData("alice:test", HttpStatusCode.OK)]
    [InlineData("alice:wrong", HttpStatusCode.Unauthorized)]
    [InlineData("bob:test", HttpStatusCode.Unauthorized)]
    [InlineData("alice", HttpStatusCode.Unauthorized)]
    [InlineData("", HttpStatusCode.Unauthorized)]
    public async Task Only_users_with_their_password(string credentials, HttpStatusCode status)
    {
        await using Serving serving = await Start(
            $"basic_auth_users:\n  alice: {TestCertificates.HashOfTest}\nhttp_server_config:\n  headers:\n    X-Frame-Options: deny\n");
        string header = Basic(credentials);
        for (int again = 0; again < 2; again++)
        {
            using HttpResponseMessage answer = await serving.Send(HttpMethod.Get, "/metrics", ("Authorization", header));
            Assert.Equal(status, answer.StatusCode);
            Assert.Equal(["deny"], answer.Headers.GetValues("X-Frame-Options"));
        }
        using HttpResponseMessage none = await serving.Send(HttpMethod.Get, "/metrics");
        Assert.Equal(HttpStatusCode.Unauthorized, none.StatusCode);
        Assert.Equal("Basic", none.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task More_requests_than_allowed_are_told_so()
    {
        await using Serving serving = await Start("rate_limit:\n  interval: 1h\n  burst: 2\n");
        var statuses = new List<HttpStatusCode>();
        for (int i = 0; i < 4; i++)
            statuses.Add((await serving.Send(HttpMethod.Get, "/-/healthy")).StatusCode);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests], statuses);
    }

    [Fact]
    public async Task A_changed_file_counts_and_a_wrong_one_does_not()
    {
        await using Serving serving = await Start(Tls);
        string before = await Thumbprint(serving);
        _files.Server("second");
        _files.Config(Tls.Replace("server.", "second.", StringComparison.Ordinal));
        string after = await Eventually.Get(() => Thumbprint(serving), thumbprint => thumbprint != before);

        _files.Config(Tls + "\nbasic_auth_users:\n  alice: nonsense\n");
        await Eventually.Get(async () => { await Thumbprint(serving); return serving.Error; }, said => said.Contains("web.yml:6: ", StringComparison.Ordinal));
        Assert.EndsWith(
            "web.yml:6: the password of alice is no bcrypt hash: make one with htpasswd -nBC 10 \"\"; " +
            "the configuration before stays in force\n", serving.Error, StringComparison.Ordinal);
        Assert.Equal(after, await Thumbprint(serving));

        _files.Config("");
        await Eventually.Get(async () => { await Thumbprint(serving); return serving.Error; }, said => said.Contains("TLS cannot be switched", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("basic_auth_users:\n")]
    [InlineData("rate_limit: {interval: 1s, burst: 100}\n")]
    public async Task The_last_user_cannot_be_removed_while_serving(string text)
    {
        await using Serving serving = await Start($"basic_auth_users:\n  alice: {TestCertificates.HashOfTest}\n");
        _files.Config(text);
        await Eventually.Get(
            async () =>
            {
                using HttpResponseMessage answer = await serving.Send(HttpMethod.Get, "/metrics");
                Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
                return serving.Error;
            },
            said => said.Contains("the last user cannot be removed while serving", StringComparison.Ordinal));
        using HttpResponseMessage after = await serving.Send(HttpMethod.Get, "/metrics");
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    [Fact]
    public async Task Guesses_are_told_and_do_not_use_up_the_rate_of_who_knows_the_password()
    {
        await using Serving serving = await Start(
            $"basic_auth_users:\n  alice: {TestCertificates.HashOfTest}\nrate_limit: {{interval: 1h, burst: 1}}\n");
        for (int i = 0; i < 20; i++)
        {
            using HttpResponseMessage guess = await serving.Send(HttpMethod.Get, "/metrics", ("Authorization", Basic($"alice:{i}")));
            Assert.Equal(HttpStatusCode.Unauthorized, guess.StatusCode);
        }
        using HttpResponseMessage answer = await serving.Send(HttpMethod.Get, "/metrics", ("Authorization", Basic("alice:test")));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await serving.Stop();
        Assert.Equal(5, serving.Error.Split('\n').Count(line => line.EndsWith("refused a request of 127.0.0.1: wrong password of alice", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_file_that_is_wrong_from_the_start_ends_it()
    {
        string path = _files.Config("nonsense: 1");
        var error = await Assert.ThrowsAsync<UserException>(() =>
            Verb.Run(ServeCommand.Create(), "--from", _recording.Path, "--web.config.file", path));
        Assert.Equal((ExitCode.Usage, $"{path}:1: unknown setting nonsense in the file"), (error.Code, error.Message));
    }

    public void Dispose()
    {
        _files.Dispose();
        _recording.Dispose();
    }

    private static string Basic(string credentials) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials));

    private Task<Serving> Start(string config) =>
        Serving.Start("--from", _recording.Path, "--web.config.file", _files.Config(config));

    private HttpClient Client(Action<SslClientAuthenticationOptions>? configure = null) => Serving.NewClient(tls =>
    {
        tls.RemoteCertificateValidationCallback = (_, certificate, _, _) => _files.Trusts(certificate);
        configure?.Invoke(tls);
    });

    private async Task<string> Thumbprint(Serving serving)
    {
        string thumbprint = "";
        using HttpClient client = Client(tls => tls.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            thumbprint = (certificate as X509Certificate2)!.Thumbprint;
            return _files.Trusts(certificate);
        });
        await client.GetStringAsync(new Uri(serving.Url, "/-/healthy"));
        return thumbprint;
    }
}
