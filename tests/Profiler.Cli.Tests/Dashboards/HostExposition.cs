using Profiler.Cli.Commands;
using Profiler.Cli.Tests.Support;
using Profiler.Core.Recording;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>
/// What a host tells Prometheus, before and after its VMs have been shut down: what <c>vfioscope serve --from</c> says of
/// a recording. The only place that knows where the tests' metrics come from.
/// </summary>
/// <param name="Before">Nothing has happened yet.</param>
/// <param name="After">All of host.events has.</param>
internal sealed record HostExposition(string Before, string After)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<HostExposition> OfRecording()
    {
        string before = await Serve(new Capture(""));
        string after = await Serve(new Capture(File.ReadAllText(Golden.Beside("host.events")))
        {
            VmNames = new Dictionary<int, string> { [100] = "guest-1", [200] = "guest-2" },
            Facts = [Gpu("0000:01:00.0"), Gpu("0000:02:00.0"), Gpu("0000:03:00.0"), Gpu("0000:05:00.0")],
        });
        return new HostExposition(StandIn.Complete(before, happened: false), StandIn.Complete(after, happened: true));
    }

    private static DeviceIdentity Gpu(string bdf) => new(
        bdf, "10de", "2330", "NVIDIA Corporation", "GH100 [H100 SXM5 80GB]", "030200", 1, "vfio-pci", ["bus"], []);

    private static async Task<string> Serve(Capture capture)
    {
        using var recording = new TemporaryFile(capture.Recording());
        using var stop = new CancellationTokenSource();
        using var error = new StringWriter();
        using var client = new HttpClient { Timeout = Patience };
        Task<int> verb = Verb.Invoke(
            ServeCommand.Create(), ["--from", recording.Path, "--speed", "1000000", "--web.listen-address", "127.0.0.1:0"],
            TextWriter.Null, error, stop.Token);
        try
        {
            // The counts of what was lost are known when the recording has been read to its end.
            return await Eventually.Get(
                async () => error.ToString() is ['v', ..] said && said.EndsWith('\n')
                    ? await client.GetStringAsync(new Uri(said.Split(' ')[2].TrimEnd(',', '\n')))
                    : "",
                text => text.Contains("vfioscope_events_lost_total{", StringComparison.Ordinal));
        }
        finally
        {
            await stop.CancelAsync();
            await verb.WaitAsync(Patience);
        }
    }
}
