using System.CommandLine;
using System.CommandLine.Parsing;
using System.Reflection;
using Profiler.Cli.Commands.Options;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Statistics;
using Profiler.Core.Wire;
using Profiler.Metrics;
using Profiler.Metrics.Otlp;
using Profiler.Metrics.Web;

namespace Profiler.Cli.Commands;

/// <summary><c>vfioscope serve</c>: a Prometheus exporter.</summary>
internal static class ServeCommand
{
    private const string HttpProtobuf = "http/protobuf";

    private static readonly Option<ListenAddress[]> ListenOption = new("--web.listen-address")
    {
        Description = "where to listen; may be given more than once",
        HelpName = "HOST:PORT",
        CustomParser = ParseAddresses,
        DefaultValueFactory = _ => [new ListenAddress("127.0.0.1", 9877)],
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<bool> SystemdOption = new("--web.systemd-socket")
    {
        Description = "listen on the sockets that systemd hands over instead",
    };

    private static readonly Option<string?> ConfigOption = new("--web.config.file")
    {
        Description = "TLS, users and limits, in the format of Prometheus' exporter-toolkit; followed while serving",
        HelpName = "FILE",
    };

    private static readonly Option<int> DevicesOption = new("--max-devices")
    {
        Description = "maximum number of per-device series; the rest is aggregated as \"other\"",
        DefaultValueFactory = _ => 1024,
    };

    private static readonly Option<int> VmsOption = new("--max-vms")
    {
        Description = "maximum number of per-VM series; the rest is aggregated as \"other\"",
        DefaultValueFactory = _ => 256,
    };

    private static readonly Option<Uri?> OtlpOption = new("--otlp.endpoint")
    {
        Description = "push the metrics to an OpenTelemetry collector as well: http://HOST:4318",
        HelpName = "URL",
        CustomParser = result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https")
                return url;
            result.AddError($"--otlp.endpoint {result.Tokens[0].Value}: write an http or https address, such as http://127.0.0.1:4318");
            return null;
        },
    };

    private static readonly Option<string> OtlpProtocolOption = new("--otlp.protocol")
    {
        HelpName = "grpc|http/protobuf",
        Description = "how to push them; by default as OTEL_EXPORTER_OTLP_PROTOCOL says, else http/protobuf",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL") ?? HttpProtobuf,
    };

    private static readonly Option<TimeSpan> OtlpIntervalOption = new("--otlp.interval")
    {
        Description = "how often to push them",
        HelpName = "DURATION",
        CustomParser = result => DurationArgument.Parse(result) ?? TimeSpan.Zero,
        DefaultValueFactory = _ => TimeSpan.FromSeconds(60),
    };

    static ServeCommand()
    {
        OtlpProtocolOption.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: not (HttpProtobuf or "grpc") and var protocol }])
                result.AddError($"--otlp.protocol {protocol}: write grpc or {HttpProtobuf}");
        });
        foreach (Option<int> limit in new[] { DevicesOption, VmsOption })
        {
            limit.Validators.Add(result =>
            {
                if (result.Tokens is [var token] && !(int.TryParse(token.Value, out int value) && value is >= 0 and <= 65536))
                    result.AddError($"{limit.Name} takes a number from 0 to 65536");
            });
        }
    }

    public static Command Create()
    {
        var command = new Command("serve", "Serves metrics for Prometheus, live or of a recording.")
        {
            ListenOption, SystemdOption, ConfigOption, DevicesOption, VmsOption, OtlpOption, OtlpProtocolOption,
            OtlpIntervalOption, LiveOptions.BpfStatsOption,
        };
        SourceOptions.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(SystemdOption) is not null && result.GetResult(ListenOption) is { Implicit: false })
                result.AddError("--web.systemd-socket and --web.listen-address exclude each other");
        });
        command.SetAction(async (parsed, stop) =>
        {
            TextWriter error = parsed.InvocationConfiguration.Error;
            TimeProvider time = TimeProvider.System;
            var config = new WebConfigFile(
                parsed.GetValue(ConfigOption), time, complaint => Complain(error, complaint));
            Endpoints endpoints = EndpointsOf(parsed);
            var source = new MetricsSource(new StatisticsLimits(parsed.GetValue(DevicesOption), parsed.GetValue(VmsOption)), time);
            using Profile profile = SourceOptions.Open(parsed, time, stop, source.SinkOf);
            bool ready = false;
            using var pages = new MetricsPages(source.State, () => Volatile.Read(ref ready), Version);
            // The server stops before the profile does: nobody asks while programs are being detached.
            using (OtlpPush? push = PushOf(parsed, profile, source))
            await using (var server = await WebServer.Start(endpoints, config, time, pages.Answer))
            {
                profile.Start();
                Volatile.Write(ref ready, true);
                await error.WriteLineAsync(
                    $"vfioscope: serving {string.Join(", ", server.Urls.Select(url => url + "/metrics"))}");
                await Ended(profile, error, stop);
            }
            await profile.Stop();
            return ExitCode.Done;
        });
        return command;
    }

    // The end of a recording is not ours: its numbers stay. What ends us is a signal, or an error of the source.
    private static async Task Ended(Profile profile, TextWriter error, CancellationToken stop)
    {
        try
        {
            await profile.Completion.WaitAsync(stop);
            await SourceOptions.TellProblems(profile, error);
            await Task.Delay(Timeout.Infinite, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private static OtlpPush? PushOf(ParseResult parsed, Profile profile, MetricsSource source)
    {
        if (parsed.GetValue(OtlpOption) is not { } endpoint)
            return null;
        var target = new OtlpTarget(endpoint, parsed.GetValue(OtlpProtocolOption) == "grpc", parsed.GetValue(OtlpIntervalOption));
        return new OtlpPush(
            target, profile, source.State, Version,
            complaint => Complain(parsed.InvocationConfiguration.Error, complaint));
    }

    // It may quote a file, or another server.
    private static void Complain(TextWriter error, string complaint) => error.WriteLine(Printable.Clean($"vfioscope: {complaint}", 4096));

    private static Endpoints EndpointsOf(ParseResult parsed) => parsed.GetValue(SystemdOption)
        ? new Endpoints([], SystemdSockets.Descriptors(Environment.GetEnvironmentVariable, Environment.ProcessId))
        : new Endpoints(parsed.GetRequiredValue(ListenOption), []);

    private static ListenAddress[] ParseAddresses(ArgumentResult result)
    {
        var addresses = new List<ListenAddress>();
        foreach (Token token in result.Tokens)
        {
            if (ListenAddress.Parse(token.Value) is { } address)
                addresses.Add(address);
            else
                result.AddError(
                    $"--web.listen-address {token.Value}: write HOST:PORT, :PORT or [IPV6]:PORT, such as 127.0.0.1:9877");
        }
        return [.. addresses];
    }

    // The part behind a plus is the commit, where the build knows it.
    private static string Version => typeof(ServeCommand).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
}
