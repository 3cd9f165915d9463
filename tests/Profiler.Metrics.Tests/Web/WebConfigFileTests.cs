using System.Collections.Concurrent;
using Profiler.Metrics.Web;
using Profiler.Tests.Support;

namespace Profiler.Metrics.Tests.Web;

/// <summary>A configuration that changes while it is in use.</summary>
public sealed class WebConfigFileTests : IDisposable
{
    private const string Users = $"basic_auth_users:\n  alice: {TestCertificates.HashOfTest}\n";
    private const string Tls = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  client_ca_file: ca.pem\n  client_auth_type: ";

    private readonly TestCertificates _files = new();
    private readonly ManualTime _clock = new();
    private readonly ConcurrentQueue<string> _said = [];

    [Theory]
    [InlineData(Users, "", "the last user cannot be removed while serving")]
    [InlineData(Users, "basic_auth_users: {}", "the last user cannot be removed while serving")]
    [InlineData(Tls + "RequireAndVerifyClientCert", Tls + "VerifyClientCertIfGiven", "client certificates cannot become optional while serving")]
    [InlineData(Users, Tls + "RequireAndVerifyClientCert\n" + Users, "TLS cannot be switched on or off while serving")]
    public void What_would_let_in_everybody_is_refused_and_the_version_before_stays(string before, string after, string why)
    {
        var file = new WebConfigFile(_files.Config(before), _clock, _said.Enqueue);
        WebConfig config = file.Current;
        _files.Config(after);
        Assert.False(file.Reload());
        Assert.Same(config, file.Current);
        Assert.Contains($"web.yml:1: {why}", _said.Last(), StringComparison.Ordinal);
        Assert.EndsWith("; the configuration before stays in force", _said.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_told_once_and_the_next_good_version_counts()
    {
        var file = new WebConfigFile(_files.Config(Users), _clock, _said.Enqueue);
        _files.Config("");
        int before = _said.Count;
        for (int i = 0; i < 5; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Single(file.Current.Users);
        }
        Assert.Equal(before + 1, _said.Count);
        _files.Config(Users.Replace("alice", "bob", StringComparison.Ordinal));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("bob", Assert.Single(file.Current.Users).Key);
    }

    [Fact]
    public void When_it_is_gone_the_version_before_stays()
    {
        var file = new WebConfigFile(_files.Config(Users), _clock, _said.Enqueue);
        File.Delete(_files.Path("web.yml"));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Single(file.Current.Users);
        Assert.Contains("the configuration before stays in force", _said.Last(), StringComparison.Ordinal);
    }

    // As a ConfigMap or Secret of Kubernetes: web.yml -> ..data/web.yml, ..data -> ..1, later ..data -> ..2.
    [Fact]
    public void A_directory_that_is_exchanged_behind_a_link_is_noticed()
    {
        foreach (string version in new[] { "1", "2" })
        {
            Directory.CreateDirectory(_files.Path(".." + version));
            File.WriteAllText(_files.Path($"..{version}/web.yml"), Users.Replace("alice", "user" + version, StringComparison.Ordinal));
            File.SetLastWriteTimeUtc(_files.Path($"..{version}/web.yml"), DateTime.UnixEpoch);
        }
        Directory.CreateSymbolicLink(_files.Path("..data"), "..1");
        File.CreateSymbolicLink(_files.Path("web.yml"), "..data/web.yml");
        var file = new WebConfigFile(_files.Path("web.yml"), _clock, _said.Enqueue);
        Assert.Equal("user1", Assert.Single(file.Current.Users).Key);
        Directory.Delete(_files.Path("..data")); // the link
        Directory.CreateSymbolicLink(_files.Path("..data"), "..2");
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("user2", Assert.Single(file.Current.Users).Key);
    }

    public void Dispose() => _files.Dispose();
}
