using System.Net;
using System.Net.Sockets;
using Profiler.Cli.Tests.Support;
using Profiler.Core;
using Profiler.Metrics.Tests.Web;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Serve;

/// <summary>The two processes of <c>serve</c>, of the shipped program: which rights the one has that answers requests, and how they end.</summary>
public sealed class HalvesTests : IDisposable
{
    private readonly TemporaryFile _recording = new(new StagedCapture(StagedEvents.Busy).Recording());
    private readonly TestCertificates _files = new();

    [Fact]
    public async Task The_half_that_answers_requests_has_no_rights_in_any_of_its_threads()
    {
        string tls = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n", file = _files.Config(tls);
        await using Serving serving = await Serving.Start("--from", _recording.Path, "--web.config.file", file);
        using HttpClient client = Serving.NewClient(t => t.RemoteCertificateValidationCallback = (_, certificate, _, _) => _files.Trusts(certificate));
        await client.GetStringAsync(serving.Url);
        int half = serving.Process.HttpHalf;
        string[] tasks = Directory.GetDirectories($"/proc/{half}/task");
        Assert.True(tasks.Length > 3);
        foreach (string task in tasks)
        {
            ILookup<string, string> status = File.ReadLines($"{task}/status").Select(line => line.Split(":\t")).ToLookup(l => l[0], l => l[^1]);
            foreach (string set in new[] { "CapInh", "CapPrm", "CapEff", "CapAmb" })
                Assert.Equal(["0000000000000000"], status[set]);
            Assert.Equal(["1"], status["NoNewPrivs"]);
            Assert.Equal(["2"], status["Seccomp"]);
            if (MayDropBoundingSet())
                Assert.Equal(["0000000000000000"], status["CapBnd"]);
        }
        // The other one has what it had, and what it opens is not the first one's.
        Assert.Contains("NoNewPrivs:\t0", File.ReadAllText($"/proc/{serving.Process.Id}/status"), StringComparison.Ordinal);
        string[] open = [.. Directory.GetFileSystemEntries($"/proc/{half}/fd").Select(fd => new FileInfo(fd).LinkTarget ?? "")];
        Assert.DoesNotContain(open, target => target.Contains(_recording.Path, StringComparison.Ordinal));
        Assert.Equal(["/dev/null", "/dev/null"], new[] { 0, 1 }.Select(fd => new FileInfo($"/proc/{half}/fd/{fd}").LinkTarget));
    }

    [Theory]
    [InlineData("KILL", "SIGKILL")]
    [InlineData("SYS", "SIGSYS")]
    public async Task When_it_crashes_it_is_started_again_and_nothing_is_lost(string signal, string name)
    {
        await using Serving serving = await Serving.Start("--from", _recording.Path, "--speed", "1000000");
        string before = await serving.GetWhen(text => text.Contains("vfioscope_events_lost_total{", StringComparison.Ordinal));
        int half = serving.Process.HttpHalf;
        await ExporterProcess.Signal(half, signal);
        await serving.Process.Says($"the process that answers requests was ended by {name}; the capture goes on, starting it again in 1 s");
        // Whoever connects meanwhile waits.
        string after = await serving.Text("/metrics");
        Assert.NotEqual(half, serving.Process.HttpHalf);
        Assert.Equal(Lines(before, "vfio_"), Lines(after, "vfio_"));
        Assert.Equal(Lines(before, "process_start_time"), Lines(after, "process_start_time"));
        Assert.Equal(ExitCode.Done, await serving.Stop());
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("QUIT")]
    public async Task A_signal_to_it_ends_both_in_order(string signal)
    {
        await using Serving serving = await Serving.Start("--from", _recording.Path);
        int half = serving.Process.HttpHalf;
        await ExporterProcess.Signal(half, signal);
        (int code, string error) = await serving.Process.End();
        Assert.Equal((ExitCode.Done, $"vfioscope: serving {serving.Url}\n"), (code, error));
        Assert.False(Directory.Exists($"/proc/{half}"));
    }

    [Fact]
    public async Task When_the_kernel_half_dies_it_dies()
    {
        await using Serving serving = await Serving.Start("--from", _recording.Path);
        int half = serving.Process.HttpHalf;
        await serving.Process.Signal("KILL");
        await serving.Process.End();
        await Eventually.Get(() => Task.FromResult(Directory.Exists($"/proc/{half}")), exists => !exists);
    }

    /// <summary>The key is somebody else's: the talking half has no right to read it, and the kernel half has.</summary>
    [Fact]
    public async Task A_key_that_only_its_owner_may_read_is_read_by_the_kernel_half()
    {
        string file = _files.Config("tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n"), key = _files.Path("server.key");
        await Run("chmod", "600", key);
        if (Environment.IsPrivilegedProcess)
            await Run("chown", "12345", key);
        await using Serving serving = await Serving.Start("--from", _recording.Path, "--web.config.file", file);
        Assert.Equal($"vfioscope: serving {serving.Url}\n", serving.Error);
        await serving.Process.Signal("HUP");
        await serving.Process.Says($"{file} was read again");
    }

    [Fact]
    public async Task A_port_is_not_lost_while_nobody_answers()
    {
        await using Serving serving = await Serving.Start("--from", _recording.Path);
        await ExporterProcess.Signal(serving.Process.HttpHalf, "KILL");
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, serving.Url.Port); // in the backlog
        await client.GetStream().WriteAsync("GET /-/healthy HTTP/1.0\r\n\r\n"u8.ToArray());
        var answer = new byte[12];
        await client.GetStream().ReadExactlyAsync(answer);
        Assert.Equal("HTTP/1.1 200"u8, answer);
    }

    [Theory]
    [InlineData("serve-http")]
    [InlineData("serve-http", "0", "", "own", "/metrics", "4", "Info", "Text")]
    public async Task Nobody_else_starts_it(params string[] arguments)
    {
        (int code, string output, string error) = await ShippedProgram.Run(arguments);
        Assert.InRange(code, ExitCode.Usage, ExitCode.NotPossible);
        Assert.Equal("", output);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    public void Dispose()
    {
        _recording.Dispose();
        _files.Dispose();
    }

    private static async Task Run(string program, params string[] arguments)
    {
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private static string[] Lines(string text, string start) => [.. text.Split('\n').Where(line => line.StartsWith(start, StringComparison.Ordinal))];

    // CAP_SETPCAP is bit 8.
    private static bool MayDropBoundingSet() => File.ReadLines("/proc/self/status").Any(line =>
        line.StartsWith("CapEff:", StringComparison.Ordinal) && (Convert.ToUInt64(line[7..].Trim(), 16) & 1 << 8) != 0);
}
