using Profiler.Cli.Tests.Support;
using Profiler.Core.Facts;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>
/// What a host tells Prometheus, before and after its VMs have been shut down: what <c>vfioscope serve --from</c> says of
/// a recording. The only place that knows where the tests' metrics come from.
/// </summary>
/// <param name="Before">Nothing has happened yet.</param>
/// <param name="After">All of host.events has.</param>
/// <param name="ProtobufBefore">The same in the format that has native histograms.</param>
/// <param name="ProtobufAfter">Likewise.</param>
internal sealed record HostExposition(string Before, string After, byte[] ProtobufBefore, byte[] ProtobufAfter)
{
    /// <summary>The format that has native histograms; servers that want these ask for it.</summary>
    public const string Protobuf =
        "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

    public static async Task<HostExposition> OfRecording()
    {
        (string before, byte[] protobufBefore) = await Serve(new StagedCapture(""));
        (string after, byte[] protobufAfter) = await Serve(new StagedCapture(File.ReadAllText(Golden.Beside("host.events")))
        {
            VmNames = new Dictionary<int, string> { [100] = "guest-1", [200] = "guest-2" },
            OtherFacts = [Gpu("0000:01:00.0"), Gpu("0000:02:00.0"), Gpu("0000:03:00.0"), Gpu("0000:05:00.0")],
        });
        return new HostExposition(before + Programs(0), after + Programs(6) + UnderWay, protobufBefore, protobufAfter);
    }

    /// <summary>Whether something asks only for histograms by their own name, which classic ones do not have.</summary>
    public bool IsOfNativeHistogram(string expression) => PromQl.Metrics(expression).All(PromQl.Histograms(After).Contains);

    private static DeviceIdentity Gpu(string bdf) => new(
        bdf, "10de", "2330", "NVIDIA Corporation", "GH100 [H100 SXM5 80GB]", "030200", 1, "vfio-pci", ["bus"], []);

    // A recording has an end, and nothing under way then.
    private const string UnderWay = "vfio_device_release_start_timestamp_seconds{device=\"0000:06:00.0\",vm=\"guest-3\"} 1\n";

    // What BPF programs cost: a recording does not tell.
    private static string Programs(int runs) =>
        $$"""
        vfioscope_bpf_run_seconds_total{program="vfio_device_fops_release"} {{runs * 0.00001m}}
        vfioscope_bpf_runs_total{program="vfio_device_fops_release"} {{runs}}

        """;

    private static async Task<(string, byte[])> Serve(StagedCapture capture)
    {
        using var recording = new TemporaryFile(capture.Recording());
        await using Serving serving = await Serving.Start("--from", recording.Path, "--speed", "1000000");
        // The counts of what was lost are known when the recording has been read to its end.
        string text = await serving.GetWhen(text => text.Contains("vfioscope_events_lost_total{", StringComparison.Ordinal));
        using HttpResponseMessage response = await serving.Send(HttpMethod.Get, "/metrics", ("Accept", Protobuf));
        return (text, await response.Content.ReadAsByteArrayAsync());
    }
}
