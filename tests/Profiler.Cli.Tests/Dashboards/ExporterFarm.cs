using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Profiler.Cli.Tests.Dashboards;

/// <summary>
/// Many hosts' exporters on one port: host 7 is <c>/host/7/metrics</c>. Nothing has happened on them yet, until all VMs are
/// shut down. Host N's gauges of seconds are N halves of the recorded ones: there is a fastest
/// and a slowest. What was recorded with its time was just now. The last host has lost three events. A server that asks for
/// native histograms has the recorded values of each host.
/// </summary>
internal sealed partial class ExporterFarm : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly string[] _after;
    private volatile bool _shutDown;

    private ExporterFarm(HostExposition exposition, int hosts)
    {
        _after = [.. Enumerable.Range(0, hosts + 1).Select(host => Scaled(exposition.After, host / 2m))];
        _after[hosts] = _after[hosts]
            .Replace("vfioscope_problems_total{problem=\"events_lost\",impact=\"incomplete\"} 0", "vfioscope_problems_total{problem=\"events_lost\",impact=\"incomplete\"} 3", StringComparison.Ordinal)
            .Replace("vfioscope_capture_complete 1", "vfioscope_capture_complete 0", StringComparison.Ordinal);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server => server.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.Run(http =>
        {
            int host = int.Parse(http.Request.Path.Value!.Split('/')[2], CultureInfo.InvariantCulture);
            if (http.Request.Headers.Accept.ToString().StartsWith("application/vnd.google.protobuf", StringComparison.Ordinal))
            {
                http.Response.ContentType = HostExposition.Protobuf;
                return http.Response.Body.WriteAsync(_shutDown ? exposition.ProtobufAfter : exposition.ProtobufBefore).AsTask();
            }
            http.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            return http.Response.WriteAsync(_shutDown ? _after[host] : exposition.Before);
        });
    }

    /// <summary>HOST:PORT.</summary>
    public string Address => new Uri(_server.Urls.Single()).Authority;

    /// <param name="exposition">What each of them tells.</param>
    /// <param name="hosts">From 1 to this.</param>
    public static async Task<ExporterFarm> Start(HostExposition exposition, int hosts)
    {
        var farm = new ExporterFarm(exposition, hosts);
        await farm._server.StartAsync();
        return farm;
    }

    /// <summary>From now on all of it has happened.</summary>
    public void ShutDown() => _shutDown = true;

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        await _server.DisposeAsync();
    }

    private static string Scaled(string exposition, decimal factor)
    {
        HashSet<string> gauges = [.. GaugeOfSeconds().Matches(exposition).Select(m => m.Groups[1].Value)];
        return string.Join('\n', exposition.Split('\n').Select(line =>
            LastTime().IsMatch(line)
                ? $"{line[..line.LastIndexOf(' ')]} {DateTimeOffset.UtcNow.ToUnixTimeSeconds()}"
                : gauges.Contains(line.Split('{', ' ')[0])
                ? line[..(line.LastIndexOf(' ') + 1)] +
                    (decimal.Parse(line[line.LastIndexOf(' ')..], NumberStyles.Float, CultureInfo.InvariantCulture) * factor)
                    .ToString(CultureInfo.InvariantCulture)
                : line));
    }

    [GeneratedRegex("^vfio_\\w+_timestamp_seconds[{ ]")]
    private static partial Regex LastTime();

    [GeneratedRegex("^# TYPE (vfio_(?!.*timestamp)[a-z_]*_seconds(?:_per_device)?) gauge$", RegexOptions.Multiline)]
    private static partial Regex GaugeOfSeconds();
}
