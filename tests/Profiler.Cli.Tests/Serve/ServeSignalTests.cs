using Profiler.Cli.Tests.Support;
using Profiler.Core;
using Profiler.Metrics.Tests.Web;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Serve;

/// <summary>What signals do to <c>serve</c>, of the shipped program.</summary>
public sealed class ServeSignalTests : IDisposable
{
    private readonly TestCertificates _files = new();
    private readonly TemporaryFile _recording = new(new StagedCapture("").Recording());

    [Fact]
    public async Task SIGHUP_reads_the_configuration_again_and_SIGQUIT_ends_it_in_order()
    {
        string users = $"basic_auth_users:\n  alice: {TestCertificates.HashOfTest}\n", file = _files.Config(users);
        await using var exporter = new ExporterProcess(
            new Dictionary<string, string>(), "--from", _recording.Path, "--web.config.file", file);
        await exporter.Url;
        // Nobody asks it anything.
        _files.Config(users.Replace("alice", "bob", StringComparison.Ordinal));
        await exporter.Signal("HUP");
        await exporter.Says($"{file} was read again");
        _files.Config("");
        await exporter.Signal("HUP");
        await exporter.Says("the last user cannot be removed while serving");
        await exporter.Signal("QUIT");
        Assert.Equal(ExitCode.Done, (await exporter.End()).Code);
    }

    [Theory]
    [InlineData("HUP")]
    [InlineData("QUIT")]
    public async Task Without_a_configuration_both_end_it_in_order(string signal)
    {
        await using var exporter = new ExporterProcess(new Dictionary<string, string>(), "--from", _recording.Path);
        await exporter.Url;
        await exporter.Signal(signal);
        (int code, string error) = await exporter.End();
        Assert.Equal(ExitCode.Done, code);
        Assert.DoesNotContain("error", error, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _files.Dispose();
        _recording.Dispose();
    }
}
