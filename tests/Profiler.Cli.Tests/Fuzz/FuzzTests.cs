using System.Collections.Immutable;
using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Reactive.Linq;
using System.Text;
using Profiler.Cli.Commands;
using Profiler.Cli.Tests.Support;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Lives;
using Profiler.Core.Recording;
using Profiler.Core.Wire;
using Profiler.Host.Pci;
using Profiler.Host.Processes;
using Profiler.Host.Stuck;
using Profiler.Host.Tests.Identity;
using Profiler.Host.Vms;
using Profiler.Metrics;
using Profiler.Metrics.Formats;
using Profiler.Metrics.Otlp.Messages;
using Profiler.Metrics.Otlp.Sending;
using Profiler.Metrics.Web;
using Profiler.Report;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Fuzz;

/// <summary>Everything that reads what others wrote, with inputs nobody thought of. See <see cref="Fuzzer"/>.</summary>
public sealed class FuzzTests : IDisposable
{
    private const string HashOfTest = "$2y$04$abcdefghijklmnopqrstuuoD8yw7MmybLKVooaTGGZAt3HXugv2.a";

    private readonly string _folder = Directory.CreateTempSubdirectory("vfioscope-fuzz-").FullName;

    // Damage with right checksums is in Recording/MutationTests.
    [Fact]
    public Task A_recording() => new Fuzzer(
        "recording", [.. Directory.GetFiles(Golden.Beside("../../Profiler.Core.Tests/Recording/golden"), "*.vfioscope").Order().Select(File.ReadAllBytes)])
        .Try(1_500, input =>
        {
            try
            {
                TextReport.Render(ReportBuilder.Build(RecordedCapture.Read(RecordingReader.Open(new MemoryStream(input))), ActivityFilter.None), 100);
            }
            catch (InvalidDataException)
            {
            }
        });

    [Fact]
    public Task Events() => new Fuzzer("events", EventText.Records(StagedEvents.Busy).ToArray()).Try(4_000, input =>
    {
        byte[] whole = input[..(input.Length / WireEvent.Size * WireEvent.Size)];
        if (whole.Length != input.Length)
            Assert.Throws<InvalidDataException>(() => new EventDecoder().Decode(input));
        try
        {
            using var pipeline = new Pipeline(Observable.Return<ReadOnlyMemory<byte>>(new EventDecoder().Decode(whole).Bytes), EndsWatched.All);
            pipeline.Connect();
        }
        catch (InvalidDataException)
        {
        }
    });

    [Fact]
    public Task A_web_configuration() => new Fuzzer("web-config").Try(6_000, input =>
    {
        string path = FileOf(input);
        try
        {
            WebConfigReader.Read(path);
        }
        catch (WebConfigException e)
        {
            Assert.InRange(e.Line, 1, input.Length + 1);
            Assert.NotEmpty(e.Message);
        }
        finally
        {
            File.Delete(path);
        }
    });

    [Fact]
    public async Task A_command_line()
    {
        // The table of commands is not made to be parsed with on several threads.
        using var roots = new ThreadLocal<RootCommand>(CommandLine.Create);
        await new Fuzzer("command-line").Try(4_000, input =>
        {
            try
            {
                // execve ends a word at a zero byte, so none has one.
                CommandLine.Parse(roots.Value!, Encoding.UTF8.GetString(input).Split('\0', '\n'));
            }
            catch (UserException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        });
    }

    [Fact]
    public async Task A_request()
    {
        using var recording = new TemporaryFile(new StagedCapture("").Recording());
        string config = Path.Combine(_folder, "web.yml");
        await File.WriteAllTextAsync(config, $"basic_auth_users:\n  alice: {HashOfTest}\n");
        await using Serving open = await Serving.Start("--from", recording.Path);
        await using Serving guarded = await Serving.Start("--from", recording.Path, "--web.config.file", config);
        await new Fuzzer("request").Try(1_500, async input =>
        {
            foreach (Serving serving in new[] { open, guarded })
                await Ask(serving.Url.Port, input);
        });
        await open.Text("/metrics");
        Assert.Equal(HttpStatusCode.Unauthorized, (await guarded.Send(HttpMethod.Get, "/metrics")).StatusCode);
        Assert.DoesNotContain("Exception", open.Error + guarded.Error, StringComparison.Ordinal);
    }

    [Fact]
    public Task A_header() => new Fuzzer("header").Try(20_000, input =>
    {
        string text = Encoding.UTF8.GetString(input);
        Negotiation.Format(text);
        Negotiation.Gzip(text);
        MetricsPages.IsPath(text);
        ListenAddress.Parse(text);
    });

    // A varint beyond a long, a length beyond the end, and what a receiver that took a part of it answers.
    [Fact]
    public Task An_answer_of_a_receiver_of_traces() => new Fuzzer(
        "otlp-answer", [0x0a, 0x06, 0x08, 0x03, 0x12, 0x02, 0x68, 0x69], [0x0a, 0x0b, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
        [0x12, 0x7f, 0x0d, 0x01]).Try(20_000, input =>
    {
        (long rejected, string reason) = OtlpRequest.Read(input);
        Assert.InRange(rejected, 0, long.MaxValue);
        Assert.DoesNotContain('\n', reason);
        try
        {
            OtlpSettings.Headers(Encoding.UTF8.GetString(input));
        }
        catch (UserException)
        {
        }
    });

    // One at a time, by design: fewer.
    [Fact]
    public Task A_password()
    {
        var auth = new BasicAuth(_ => { });
        var users = ImmutableDictionary<string, string>.Empty.Add("alice", HashOfTest);
        return new Fuzzer("password").Try(1_000, async input =>
        {
            await auth.Passes(users, Encoding.UTF8.GetString(input), "10.0.0.1", CancellationToken.None);
            await auth.Passes(users, "Basic " + Convert.ToBase64String(input), "10.0.0.1", CancellationToken.None);
        });
    }

    [Fact]
    public Task The_command_line_of_a_monitor() => new Fuzzer("monitor").Try(50_000, input =>
    {
        var arguments = new Arguments(Encoding.UTF8.GetString(input).Split('\0', '\n'));
        VmMonitor monitor = Monitors.Of(arguments);
        Assert.NotEqual("", monitor.NameIn(arguments));
        monitor.ManagerIn(arguments);
        QemuCommandLine.UuidIn(arguments);
    });

    [Fact]
    public Task The_cgroups_of_a_process() => new Fuzzer("cgroup").Try(20_000, input =>
    {
        string text = Encoding.UTF8.GetString(input);
        MachineCgroup.NameIn(text);
        PodCgroup.In(text);
        SystemdUnit.NameIn(text);
        CgroupPaths.Unescape(text);
    });

    // One file is all of a process's: its fields are told apart by blank lines.
    [Fact]
    public Task A_process() => new Fuzzer("process").Try(500, input =>
    {
        using var proc = new FakeProc();
        proc.Add(7, ["qemu"], null, "/sys/devices/pci0000:00/0000:00:01.0/reset", "/dev/vfio/1").Thread(7, 7, exiting: false);
        string[] parts = Encoding.UTF8.GetString(input).Split("\n\n");
        string[] files = ["stat", "cgroup", "cmdline", "comm", "task/7/stat", "task/7/syscall", "task/7/stack", "task/7/schedstat", "task/7/comm", "mem", "fdinfo/1"];
        Directory.CreateDirectory(Path.Combine(proc.Root, "7/fdinfo"));
        foreach ((string file, string part) in files.Zip(parts))
            File.WriteAllText(Path.Combine(proc.Root, "7", file), part);
        var fs = new ProcFs(proc.Root);
        new VmNames(fs, Path.Combine(proc.Root, "nowhere")).Of(7);
        var looks = new StuckLooks(fs, new DeviceIdentities(new PciSysfs(Path.Combine(proc.Root, "nowhere")), new PciIds()), TimeProvider.System);
        looks.First();
        looks.Again();
        Assert.NotNull(fs.CommOf(7));
    });

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Whatever is sent, the server answers, or closes the connection when nothing more comes.
    private static async Task Ask(int port, byte[] input)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        NetworkStream stream = client.GetStream();
        try
        {
            await stream.WriteAsync(input);
            client.Client.Shutdown(SocketShutdown.Send);
            await stream.CopyToAsync(Stream.Null);
        }
        catch (IOException)
        {
            // It did not want to hear the rest.
        }
        catch (SocketException)
        {
        }
    }

    private string FileOf(byte[] input)
    {
        string path = Path.Combine(_folder, Path.GetRandomFileName());
        File.WriteAllBytes(path, input);
        return path;
    }
}
