using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using Profiler.Bpf;
using Profiler.Cli.Commands.Options;
using Profiler.Cli.Unix;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Statistics;
using Profiler.Host.Files;
using Profiler.Metrics;
using Profiler.Metrics.Halves;
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

    private static async Task<int> Serve(ParseResult parsed, Log log, CancellationToken signal)
    {
        TimeProvider time = TimeProvider.System;
        using IDisposable? startLog = StartLog.To(log);
        Activity? configuration = StartSteps.Begin("configuration");
        using ListenSockets sockets = SocketsOf(parsed);
        // Whoever answers requests, reads passwords and YAML, is another process without rights: SECURITY.md.
        await using var talking = new TalkingProcess(SettingsOf(parsed, sockets), log, time);
        // Before it waits for anything: a reload that comes early must not end it.
        if (parsed.GetValue(ConfigOption) is not null)
            StopSignals.Reload = talking.Reload;
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(signal);
        CancellationToken stop = stopping.Token;
        _ = talking.Ended.ContinueWith(_ => Cancel(stopping), TaskScheduler.Default);
        bool tls = await talking.Configured(stop);
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
            new StatisticsLimits(parsed.GetValue(DevicesOption), parsed.GetValue(VmsOption)), time, ProgramVersion.Text)
        {
            Kept = kept,
        };
        metrics?.Dispose();
        using var profile = new Profile(events, time, source.SinkOf, _ => source.Histograms);
        using Keeping? keeping = Keeping.Of(parsed, profile, kept, time, source.Name);
        sockets.Demand(tls);
        Activity? web = StartSteps.Begin("web server");
        // The server stops before the profile does: no scrape comes while programs are being detached.
        await using OtlpLives? lives = otlp is { Traces: null, Logs: null } ? null : new OtlpLives(otlp, profile, source, time, log);
        using (OtlpPush? push = otlp.Metrics is null ? null : new OtlpPush(otlp.Metrics, profile, source.State, ProgramVersion.Text, log))
        await using (talking)
        {
            await talking.Listen(source, stop);
            keeping?.Start();
            profile.Start();
            web?.Dispose();
            // It runs for weeks: what only the start needed (symbols, type information) is given back.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            startLog?.Dispose();
            talking.Serve();
            Tell(otlp, log);
            await Ended(profile, log, stop);
        }
        // Lives in progress end with the profile.
        lives?.ProfileStops();
        await (keeping?.Stop() ?? profile.Stop());
        await (lives?.Flush() ?? Task.CompletedTask);
        return ExitCode.Done;
    }

    private static void Cancel(CancellationTokenSource stopping)
    {
        try
        {
            stopping.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended already.
        }
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

    private static ListenSockets SocketsOf(ParseResult parsed) => parsed.GetValue(SystemdOption)
        ? new ListenSockets(SystemdSockets.Descriptors(Environment.GetEnvironmentVariable, Environment.ProcessId))
        : new ListenSockets(parsed.GetRequiredValue(ListenOption));

    private static TalkingSettings SettingsOf(ParseResult parsed, ListenSockets sockets) => new(
        Pair: -1, sockets.Descriptors, sockets.AreOfSystemd, parsed.GetRequiredValue(PathOption), parsed.GetValue(RequestsOption),
        parsed.GetValue(ConfigOption), parsed.GetValue(LogLevelOption), parsed.GetValue(LogFormatOption));

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
}
