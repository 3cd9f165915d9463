using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Reflection;
using Profiler.Bpf;
using Profiler.Cli.Commands.Options;
using Profiler.Cli.Unix;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Statistics;
using Profiler.Host.Files;
using Profiler.Metrics;
using Profiler.Metrics.Logging;
using Profiler.Metrics.Otlp;
using Profiler.Metrics.Otlp.Targets;
using Profiler.Metrics.Web;

namespace Profiler.Cli.Commands;

/// <summary><c>vfioscope serve</c>: a Prometheus exporter.</summary>
internal static class ServeCommand
{
    private const string Grpc = "grpc", HttpProtobuf = "http/protobuf";

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

    private static readonly Option<string> PathOption = new("--web.telemetry-path")
    {
        Description = "path of the metrics",
        HelpName = "PATH",
        DefaultValueFactory = _ => MetricsPages.DefaultPath,
    };

    private static readonly Option<int> RequestsOption = Number(
        "--web.max-requests", "maximum number of scrapes at a time; 0: no limit", MetricsPages.DefaultMaxRequests);

    private static readonly Option<int> DevicesOption = Number(
        "--max-devices", "maximum number of per-device series; the rest is aggregated as \"other\"", 1024);

    private static readonly Option<int> VmsOption = Number(
        "--max-vms", "maximum number of per-VM series; the rest is aggregated as \"other\"", 256);

    private static readonly Option<LogLevel> LogLevelOption = OptionValues.OneOf<LogLevel>(
        "--log.level", "least important lines to write", LogLevel.Info, ignoreCase: true);

    private static readonly Option<LogFormat> LogFormatOption = OptionValues.OneOf<LogFormat>(
        "--log.format", "how to write them", LogFormat.Text, ignoreCase: true);

    private static readonly Option<Uri?> OtlpOption = new("--otlp.endpoint")
    {
        Description = "push to an OpenTelemetry collector as well: http://HOST:4318",
        HelpName = "URL",
        CustomParser = result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https")
                return url;
            result.AddError($"--otlp.endpoint {result.Tokens[0].Value}: write an http or https address, such as http://127.0.0.1:4318");
            return null;
        },
    };

    private static readonly Option<string?> OtlpProtocolOption = new("--otlp.protocol")
    {
        HelpName = $"{Grpc}|{HttpProtobuf}",
        Description = $"how to push; by default as OTEL_EXPORTER_OTLP_PROTOCOL says, else {HttpProtobuf}",
    };

    private static readonly Option<TimeSpan?> OtlpIntervalOption = new("--otlp.interval")
    {
        Description = "how often to push the metrics; by default as OTEL_METRIC_EXPORT_INTERVAL says, else 60s",
        HelpName = "DURATION",
        CustomParser = DurationArgument.Parse,
    };

    private static readonly Option<OtlpSignal[]?> OtlpSignalsOption = new("--otlp.signals")
    {
        Description = "what to push: metrics, each shutdown and start as a trace, each finding as a log record; by default metrics",
        HelpName = string.Join(',', OtlpSignals.Names.All),
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = ParseSignals,
    };

    static ServeCommand()
    {
        OtlpProtocolOption.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: not (HttpProtobuf or Grpc) and var protocol }])
                result.AddError($"--otlp.protocol {protocol}: write {Grpc} or {HttpProtobuf}");
        });
        PathOption.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var path }] && !MetricsPages.IsPath(path))
                result.AddError($"--web.telemetry-path {path}: write a path that begins with / and is not in use, such as /metrics");
        });
    }

    public static Command Create()
    {
        var command = new Command("serve", "Serves metrics for Prometheus, live or of a recording.")
        {
            ListenOption, SystemdOption, ConfigOption, PathOption, RequestsOption, DevicesOption, VmsOption, OtlpOption,
            OtlpSignalsOption, OtlpProtocolOption, OtlpIntervalOption, LogLevelOption, LogFormatOption, LiveOptions.BpfStatsOption,
        };
        SourceOptions.AddTo(command);
        KeepOptions.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(SystemdOption) is not null && result.GetResult(ListenOption) is { Implicit: false })
                result.AddError("--web.systemd-socket and --web.listen-address exclude each other");
        });
        command.SetAction(async (parsed, stop) =>
        {
            LogFormat format = parsed.GetValue(LogFormatOption);
            var log = new Log(parsed.InvocationConfiguration.Error, parsed.GetValue(LogLevelOption), format, TimeProvider.System);
            try
            {
                return await Serve(parsed, log, stop);
            }
            catch (UserException e) when (format != LogFormat.Text)
            {
                // Else it is shown as every command's is, which is the same.
                log.Error(e.Message);
                return e.Code;
            }
        });
        return command;
    }

    private static async Task<int> Serve(ParseResult parsed, Log log, CancellationToken stop)
    {
        TimeProvider time = TimeProvider.System;
        using IDisposable? startLog = StartLog.To(log);
        Activity? configuration = StartSteps.Begin("configuration");
        string? file = parsed.GetValue(ConfigOption);
        var config = new WebConfigFile(file, time, log.Warn);
        if (file is not null)
        {
            StopSignals.Reload = () =>
            {
                if (config.Reload())
                    log.Info($"{file} was read again");
            };
        }
        Endpoints endpoints = EndpointsOf(parsed);
        var otlp = OtlpTargets.From(
            new OtlpOptions(
                parsed.GetValue(OtlpOption), parsed.GetValue(OtlpProtocolOption), parsed.GetValue(OtlpIntervalOption),
                parsed.GetValue(OtlpSignalsOption) is { Length: > 0 } signals ? signals : null),
            Environment.GetEnvironmentVariable, log.Warn);
        configuration?.Dispose();
        KeptRecordings? kept = KeepOptions.DirectoryFrom(parsed, log.Warn, log.Info);
        // First, since the metrics take as long: until they are set up, events wait in the ring buffer.
        IEventSource events = SourceOptions.OpenSource(parsed, time, stop);
        Activity? metrics = StartSteps.Begin("metrics");
        var source = new MetricsSource(
            new StatisticsLimits(parsed.GetValue(DevicesOption), parsed.GetValue(VmsOption)), time, Version)
        {
            Kept = kept,
        };
        bool ready = false;
        string path = parsed.GetRequiredValue(PathOption);
        using var pages = new MetricsPages(source, () => Volatile.Read(ref ready), log, path, parsed.GetValue(RequestsOption));
        metrics?.Dispose();
        using var profile = new Profile(events, time, source.SinkOf, _ => source.Histograms);
        using Keeping? keeping = Keeping.Of(parsed, profile, kept, time, source.Name);
        Activity? web = StartSteps.Begin("web server");
        // The server stops before the profile does: no scrape comes while programs are being detached.
        await using OtlpLives? lives = otlp is { Traces: null, Logs: null } ? null : new OtlpLives(otlp, profile, source, time, log);
        using (OtlpPush? push = otlp.Metrics is null ? null : new OtlpPush(otlp.Metrics, profile, source.State, Version, log))
        await using (var server = await WebServer.Start(endpoints, config, time, log.Warn, pages.Answer))
        {
            keeping?.Start();
            profile.Start();
            Volatile.Write(ref ready, true);
            web?.Dispose();
            // It runs for weeks: what only the start needed (symbols, type information) is given back.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            startLog?.Dispose();
            log.Info($"serving {string.Join(", ", server.Urls.Select(url => url + path))}");
            Tell(otlp, log);
            await Ended(profile, log, stop);
        }
        // Lives in progress end with the profile.
        lives?.ProfileStops();
        await (keeping?.Stop() ?? profile.Stop());
        await (lives?.Flush() ?? Task.CompletedTask);
        return ExitCode.Done;
    }

    // The end of a recording is not ours: its numbers stay. What ends us is a signal, or an error of the source.
    private static async Task Ended(Profile profile, Log log, CancellationToken stop)
    {
        try
        {
            await profile.Completion.WaitAsync(stop);
            SourceOptions.TellProblems(profile, log.Warn);
            await Task.Delay(Timeout.Infinite, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private static void Tell(OtlpTargets targets, Log log)
    {
        if (targets.Metrics is { } metrics)
            log.Debug($"pushing to {metrics.Url} every {metrics.Interval.TotalSeconds:0.###} s");
        foreach (OtlpSignal signal in (OtlpSignal[])[OtlpSignal.Traces, OtlpSignal.Logs])
        {
            if (targets[signal] is { } target)
                log.Debug($"pushing {signal.Name()} to {target.Url}");
        }
    }

    private static OtlpSignal[]? ParseSignals(ArgumentResult result)
    {
        var signals = new List<OtlpSignal>();
        foreach (string name in result.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries))
        {
            if (OtlpSignals.Names.Find(name) is { } signal)
                signals.Add(signal);
            else
                result.AddError($"--otlp.signals {result.Tokens[0].Value}: write some of {string.Join(',', OtlpSignals.Names.All)}");
        }
        return [.. signals.Distinct()];
    }

    private static Option<int> Number(string name, string description, int fallback) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => OptionValues.WholeNumber(result, 0, 65536),
        DefaultValueFactory = _ => fallback,
    };

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
