using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Profiler.Cli.Commands;
using Profiler.Cli.Tests.Support;
using Profiler.Cli.Usage;
using Profiler.Core;
using Profiler.Metrics.Tests.Otlp;
using Profiler.Metrics.Tests.Web;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Shipping;

/// <summary>
/// The program compiled ahead of time does what it does here, compiled just in time, where it looks things up at run time: options and
/// help, JSON, settings in YAML, TLS and passwords, OTLP.
/// </summary>
public sealed class ShippedProgramTests
{
    private static readonly StagedCapture Busy = new(StagedEvents.Busy);

    public static TheoryData<string> Commands => [.. CommandLine.Create().Subcommands.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task It_has_the_help_of_each_command(string name)
    {
        string here = HelpPage.Of(CommandLine.Create().Subcommands.Single(c => c.Name == name));
        Assert.Equal((ExitCode.Done, here, ""), await ShippedProgram.Run("help", name));
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task Its_reports_are_the_same(string format)
    {
        foreach (string events in new[] { StagedEvents.Busy, StagedEvents.ShutdownInFlight })
        {
            using var recording = new TemporaryFile(new StagedCapture(events).Recording());
            string[] arguments = [recording.Path, "--format", format];
            (int Code, string Output, string Error) here = await Verb.Run(ReportCommand.Create(), arguments);
            Assert.Equal(here, await ShippedProgram.Run(["report", .. arguments]));
        }
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("--notices")]
    public async Task It_tells_about_itself(string option)
    {
        (int code, string output, string error) = await ShippedProgram.Run(option);
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.NotEmpty(output);
    }

    [Fact]
    public async Task Wrong_usage_and_settings_are_one_line()
    {
        Assert.Equal(ExitCode.Usage, (await ShippedProgram.Run("report")).Code);
        using var recording = new TemporaryFile(Busy.Recording());
        using var files = new TestCertificates();
        string config = files.Config("nonsense: 1");
        Assert.Equal(
            (ExitCode.Usage, "", $"vfioscope: {config}:1: unknown setting nonsense in the file\n"),
            await ShippedProgram.Run("serve", "--from", recording.Path, "--web.config.file", config));
    }

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task It_serves_over_TLS_to_users_with_a_password_and_pushes(string protocol)
    {
        using var recording = new TemporaryFile(Busy.Recording());
        using var files = new TestCertificates();
        await using var receiver = new OtlpReceiver(protocol == "grpc");
        await using var exporter = new ExporterProcess(
            new Dictionary<string, string>(), "--from", recording.Path, "--speed", "1000000", "--web.config.file",
            files.Config($"tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\nbasic_auth_users:\n  alice: {TestCertificates.HashOfTest}\n"),
            "--otlp.endpoint", receiver.Url, "--otlp.interval", "100ms", "--otlp.protocol", protocol);

        OtlpMetrics pushed = await receiver.When(m => m.First("vfio_release_duration_seconds") is { Count: 2 });
        Assert.Equal("vfioscope", pushed.Resource["service.name"]);
        Assert.Equal(["bus", "flr"], pushed.Points["vfio_reset_duration_seconds"].Select(p => p.Labels["method"]).Order());

        using HttpClient client = Serving.NewClient(
            tls => tls.RemoteCertificateValidationCallback = (_, certificate, _, _) => files.Trusts(certificate));
        Assert.Equal(HttpStatusCode.Unauthorized, (await Get("alice:wrong", "text/plain")).Status);
        (HttpStatusCode status, MediaTypeHeaderValue? type, string text) = await Get("alice:test", "text/plain");
        Assert.Equal((HttpStatusCode.OK, "text/plain"), (status, type?.MediaType));
        Assert.Contains("\nvfio_release_duration_seconds_count 2\n", text, StringComparison.Ordinal);
        Assert.Equal("application/openmetrics-text", (await Get("alice:test", "application/openmetrics-text;version=1.0.0")).Type?.MediaType);
        Assert.Equal(ExitCode.Done, (await exporter.Terminate()).Code);

        async Task<(HttpStatusCode Status, MediaTypeHeaderValue? Type, string Text)> Get(string credentials, string accepted)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(await exporter.Url, "/metrics"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
            request.Headers.Accept.ParseAdd(accepted);
            using HttpResponseMessage answer = await client.SendAsync(request);
            return (answer.StatusCode, answer.Content.Headers.ContentType, await answer.Content.ReadAsStringAsync());
        }
    }
}
