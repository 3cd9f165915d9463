using System.Security.Authentication;
using Profiler.Metrics.Web;

namespace Profiler.Metrics.Tests.Web;

/// <summary>What a configuration file says, or which of its lines is wrong.</summary>
public sealed class WebConfigTests : IDisposable
{
    private const string Hash = "$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e";

    private readonly TestCertificates _files = new();

    public WebConfigTests()
    {
        _files.ShortKey("short");
        File.WriteAllText(_files.Path("open.key"), "");
        TestCertificates.Permit(_files.Path("open.key"), UnixFileMode.OtherWrite);
    }

    [Fact]
    public void All_of_it()
    {
        WebConfig config = WebConfigReader.Read(_files.Config(
            $"""
            tls_server_config:
              cert_file: server.pem
              key_file: {_files.Path("server.key")}
              client_auth_type: RequireAndVerifyClientCert
              client_ca_file: ca.pem
              client_allowed_sans: [prometheus]
              min_version: TLS13
              max_version: TLS13
              cipher_suites:
              - TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
              prefer_server_cipher_suites: true
            http_server_config:
              http2: false
              headers:
                X-Frame-Options: deny
            rate_limit: # a comment
              interval: 500ms
              burst: 10
            basic_auth_users:
              "alice": {Hash}
            """));
        Assert.Equal(ClientAuth.RequireAndVerifyClientCert, config.Tls!.ClientAuth);
        Assert.Equal(SslProtocols.Tls13, config.Tls.Protocols);
        Assert.Equal("prometheus", Assert.Single(config.Tls.ClientNames));
        Assert.Single(config.Tls.ClientAuthorities);
        Assert.False(config.Http2);
        Assert.Equal("deny", config.Headers["X-Frame-Options"]);
        Assert.Equal(new RateLimitConfig(TimeSpan.FromMilliseconds(500), 10), config.RateLimit);
        Assert.Equal(Hash, config.Users["alice"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("basic_auth_users:\n")]
    public void Nothing_is_needed(string text)
    {
        WebConfig config = WebConfigReader.Read(_files.Config(text));
        Assert.Null(config.Tls);
        Assert.Empty(config.Users);
    }

    [Theory]
    [InlineData("a", 1, "the file must be a mapping of names to values")]
    [InlineData("\ntls: {}", 2, "unknown setting tls in the file")]
    [InlineData("rate_limit: {interval: 1s, burst: 1}\nrate_limits: {}", 2, "unknown setting rate_limits in the file")]
    [InlineData("tls_server_config:\n  cert_file: nowhere.pem\n  key_file: server.key", 2, "cert_file cannot be read: ")]
    [InlineData("tls_server_config:\n  cert_file: server.pem", 2, "tls_server_config needs a key_file")]
    [InlineData("tls_server_config:\n  cert_file: server.pem\n  key_file: ca.pem", 3, "key_file is not the key of cert_file: ")]
    [InlineData("tls_server_config:\n  cert_file: server.key\n  key_file: server.key", 2, "cert_file contains no PEM certificate")]
    [InlineData("tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  min_version: SSL3", 4, "min_version: SSL3: write TLS12, TLS13")]
    [InlineData("tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  min_version: TLS10", 4, "min_version: TLS10: write TLS12, TLS13")]
    [InlineData("tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  cipher_suites: [TLS_RSA_WITH_NULL_SHA]", 4, "the cipher suite TLS_RSA_WITH_NULL_SHA is weak")]
    [InlineData("tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  cipher_suites: [TLS_ECDHE_RSA_WITH_RC4_128_SHA]", 4, "the cipher suite TLS_ECDHE_RSA_WITH_RC4_128_SHA is weak")]
    [InlineData("tls_server_config:\n  cert_file: short.pem\n  key_file: short.key", 2, "cert_file has a key of 1024 bits: RSA needs 2048")]
    [InlineData("tls_server_config:\n  cert_file: /dev/zero\n  key_file: server.key", 2, "cert_file cannot be read: /dev/zero is no regular file")]
    [InlineData("tls_server_config:\n  cert_file: server.pem\n  key_file: open.key", 3, "key_file cannot be read: all users may write ")]
    [InlineData("basic_auth_users:\n  alice: $2y$31$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e", 2, "the password of alice has cost 31, allowed are 4 to 15")]
    [InlineData("basic_auth_users:\n  alice: $2y$03$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e", 2, "the password of alice has cost 3, allowed are 4 to 15")]
    [InlineData("tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  min_version: TLS13\n  max_version: TLS12", 5, "max_version is below min_version")]
    [InlineData("tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  client_auth_type: Maybe", 4, "client_auth_type: Maybe: write NoClientCert, RequestClientCert, ")]
    [InlineData("tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  client_auth_type: RequireAndVerifyClientCert", 4, "client_auth_type RequireAndVerifyClientCert needs a client_ca_file")]
    [InlineData("tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  client_ca_file: ca.pem", 4, "client_ca_file has no use with client_auth_type NoClientCert")]
    [InlineData("tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  cipher_suites:\n  - TLS_RSA_WITH_LOVE", 5, "there is no cipher suite TLS_RSA_WITH_LOVE")]
    [InlineData("tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  cipher_suites:\n  - '49195'", 5, "there is no cipher suite 49195")]
    [InlineData("tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  curve_preferences: [X25519]", 4, "curve_preferences cannot be chosen here")]
    [InlineData("basic_auth_users:\n  alice: secret", 2, "the password of alice is no bcrypt hash")]
    [InlineData("basic_auth_users:\n  alice: [1]", 2, "alice must be a single value")]
    [InlineData("http_server_config:\n  http2: perhaps", 2, "http2: perhaps: write true or false")]
    [InlineData("http_server_config:\n  headers:\n    X-Nonsense: 1", 3, "the header X-Nonsense cannot be set")]
    [InlineData("http_server_config:\n  headers:\n    X-Frame-Options: \"a\\nb\"", 3, "the header X-Frame-Options has a character")]
    [InlineData("rate_limit:\n  interval: soon\n  burst: 1", 2, "interval: soon: write a duration such as 1s")]
    [InlineData("rate_limit:\n  interval: 1s", 2, "rate_limit needs a burst")]
    [InlineData("rate_limit:\n  burst: -1\n  interval: 1s", 2, "burst: -1: write a number")]
    [InlineData("rate_limit: {interval: 1s,\n", 2, "no YAML: ")]
    [InlineData("rate_limit: {}\nrate_limit: {}", 2, "no YAML: ")]
    [InlineData("a: &a [*a]", 1, "")]
    public void The_line_that_is_wrong(string text, int line, string message)
    {
        var wrong = Assert.Throws<WebConfigException>(() => WebConfigReader.Read(_files.Config(text)));
        Assert.Equal(line, wrong.Line);
        Assert.StartsWith(message, wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    public void Depth_is_bounded(string level) => Assert.StartsWith(
        "nested too deeply",
        Assert.Throws<WebConfigException>(() => WebConfigReader.Read(
            _files.Config("a: \n  " + string.Concat(Enumerable.Repeat(level, 200_000 / level.Length))))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void What_is_no_file_is_not_read()
    {
        Assert.Equal("/dev/zero is no regular file", Assert.Throws<WebConfigException>(() => WebConfigReader.Read("/dev/zero")).Message);
        Assert.Throws<WebConfigException>(() => WebConfigReader.Read(_files.Folder.FullName));
        Assert.EndsWith(
            " is longer than 1 MiB",
            Assert.Throws<WebConfigException>(() => WebConfigReader.Read(_files.Config(new string('#', (1 << 20) + 1)))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_valid_but_unwise_is_told()
    {
        TestCertificates.Permit(_files.Path("server.key"), UnixFileMode.OtherRead);
        string path = _files.Config(
            $"tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\nbasic_auth_users:\n  alice: {Hash}\n");
        TestCertificates.Permit(path, UnixFileMode.OtherRead);
        Assert.Equal<string>(
            [
                $"key_file {_files.Path("server.key")} may be read by all users: chmod 640",
                "passwords with a cost below 10 are guessed fast: make new ones with htpasswd -nBC 10 \"\" for alice",
                $"{path} has secrets and all users may read it: chmod 640",
            ],
            WebConfigReader.Read(path).Warnings);
        TestCertificates.Permit(path);
        TestCertificates.Permit(_files.Path("server.key"));
        Assert.Single(WebConfigReader.Read(path).Warnings);
    }

    [Fact]
    public void A_file_that_everybody_may_write_decides_nothing()
    {
        string path = _files.Config("");
        TestCertificates.Permit(path, UnixFileMode.OtherWrite);
        Assert.StartsWith("all users may write ", Assert.Throws<WebConfigException>(() => WebConfigReader.Read(path)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();
}
