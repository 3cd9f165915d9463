using System.Diagnostics;
using Profiler.Cli.Tests.Support;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>What Prometheus is provisioned with. Neither of the servers here knows the key of 3.8 yet: it is tested without.</summary>
public sealed class ProvisioningTests
{
    private static readonly string Folder = Golden.Beside("../../../dashboards/provisioning/prometheus");

    [Fact]
    public void The_configuration_for_native_histograms_is_the_other_one_and_two_keys()
    {
        string[] native = Lines("prometheus-native.yml");
        Assert.Equal(
            ["scrape_native_histograms: true", "always_scrape_classic_histograms: false"],
            native.Except(Lines("prometheus.yml")).Select(line => line.Trim()));
        Assert.Empty(Lines("prometheus.yml").Except(native));
    }

    [Fact]
    public async Task Prometheus_3_takes_the_configuration_for_native_histograms_but_for_its_new_key()
    {
        string promtool = Path.Combine(Path.GetDirectoryName(await PrometheusServer.Prometheus3())!, "promtool");
        using var file = new TemporaryFile(System.Text.Encoding.UTF8.GetBytes(string.Join(
            '\n', Lines("prometheus-native.yml").Where(line => !line.Contains("scrape_native_histograms", StringComparison.Ordinal)))));
        Assert.Equal((0, ""), Check(promtool, file.Path));
        Assert.Equal((0, ""), Check("promtool", Path.Combine(Folder, "prometheus.yml")));
    }

    private static string[] Lines(string name) =>
        [.. File.ReadLines(Path.Combine(Folder, name)).Where(line => line.Length > 0 && !line.TrimStart().StartsWith('#'))];

    // Syntax only: the rules are beside it once `make dashboards` has put them there.
    private static (int Code, string Complaints) Check(string promtool, string file)
    {
        using Process check = Process.Start(new ProcessStartInfo(promtool, ["check", "config", "--syntax-only", file])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        _ = check.StandardOutput.ReadToEnd();
        string complaints = check.StandardError.ReadToEnd();
        check.WaitForExit();
        return (check.ExitCode, complaints);
    }
}
