using System.CommandLine;
using System.CommandLine.Parsing;
using System.Reflection;
using Profiler.Cli.Live;
using Profiler.Cli.Metrics;

namespace Profiler.Cli.Commands;

/// <summary><c>vfioscope serve</c>: a Prometheus exporter.</summary>
internal static class ServeCommand
{
    private static readonly Option<ListenAddress[]> ListenOption = new("--web.listen-address")
    {
        Description = "where to listen; may be given more than once",
        HelpName = "HOST:PORT",
        CustomParser = ParseAddresses,
        DefaultValueFactory = _ => [new ListenAddress("127.0.0.1", 9877)],
        Arity = ArgumentArity.OneOrMore,
    };

    public static Command Create()
    {
        var command = new Command("serve", "Serves metrics for Prometheus, live or of a recording.") { ListenOption };
        SourceOptions.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            using LiveProfile profile = SourceOptions.Open(parsed, TimeProvider.System);
            // The server stops before the profile does: nobody asks while programs are being detached.
            await using (var server = await MetricsServer.Start(parsed.GetRequiredValue(ListenOption), profile.State, Version))
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(
                    $"vfioscope: serving {string.Join(", ", server.Urls.Select(url => url + "/metrics"))}");
                profile.Start();
                await Ended(profile, stop);
            }
            await profile.Stop();
            return ExitCode.Done;
        });
        return command;
    }

    // The end of a recording is not ours: its numbers stay. What ends us is a signal, or an error of the source.
    private static async Task Ended(LiveProfile profile, CancellationToken stop)
    {
        try
        {
            await profile.Completion.WaitAsync(stop);
            await Task.Delay(Timeout.Infinite, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

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
