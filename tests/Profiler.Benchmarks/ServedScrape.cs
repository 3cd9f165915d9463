using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Profiler.Tests.Support;
using Profiler.Tui.Tests.Support;

namespace Profiler.Benchmarks;

/// <summary>
/// Whole scrapes, from a request over plain HTTP to its last byte: of the real <c>out/vfioscope serve</c>, and in turn
/// with it of Debian's prometheus-node-exporter, which many a host has.
/// </summary>
internal static class ServedScrape
{
    private const int Scrapes = 300, WarmUp = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async IAsyncEnumerable<Line> Lines()
    {
        string recording = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(recording, ManyDevices.Known(ScrapeBench.Devices).Recording());
            await using Exporter? peer = await NodeExporter();
            await using var ours = await Vfioscope(recording);
            using HttpClient plain = new() { Timeout = Patience }, gzip = new() { Timeout = Patience };
            gzip.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip");
            List<Exporter> both = [ours, .. peer is null ? [] : new[] { peer }];
            foreach ((string how, HttpClient client) in new[] { ("plain", plain), ("gzip", gzip) })
            {
                List<double>[] times = [.. both.Select(_ => new List<double>())];
                long[] sizes = new long[both.Count];
                // In turn, so that what else the machine does befalls both.
                for (int i = -WarmUp; i < Scrapes; i++)
                {
                    for (int which = 0; which < both.Count; which++)
                    {
                        long start = Stopwatch.GetTimestamp();
                        sizes[which] = (await client.GetByteArrayAsync(both[which].Url)).Length;
                        if (i >= 0)
                            times[which].Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds);
                    }
                }
                yield return new Line(
                    $"scrape of 1,024 devices, served, {how}", "< 5 ms, < 1 MiB", Describe(times[0], sizes[0]),
                    peer is null ? "node exporter is not installed: ./setup.sh bench"
                    : $"node exporter {Describe(times[1], sizes[1])}; " +
                    Line.Text($"{At(times[0], 0.5) / At(times[1], 0.5):0.00} x it, {At(times[0], 0.5) / sizes[0] / (At(times[1], 0.5) / sizes[1]):0.00} x per KiB"));
            }
        }
        finally
        {
            File.Delete(recording);
        }
    }

    private static string Describe(List<double> times, long size) =>
        $"median {Line.Time(At(times, 0.5))}, p99 {Line.Time(At(times, 0.99))}, {Line.Bytes(size)}";

    private static double At(List<double> times, double quantile) => times.Order().ElementAt((int)(quantile * (times.Count - 1)));

    private static async Task<Exporter> Vfioscope(string recording)
    {
        int port = FreePort();
        var ours = new Exporter(port, "out/vfioscope", "serve", "--from", recording, "--speed", "1000000", "--web.listen-address", $"127.0.0.1:{port}");
        // It has all of the recording when it knows what was lost.
        await ours.Until(text => text.Contains("vfioscope_events_lost_total{", StringComparison.Ordinal));
        return ours;
    }

    private static async Task<Exporter?> NodeExporter()
    {
        int port = FreePort();
        try
        {
            var peer = new Exporter(port, "prometheus-node-exporter", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error");
            await peer.Until(text => text.Contains("node_cpu_seconds_total{", StringComparison.Ordinal));
            return peer;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A program that is scraped, for as long as this lives.</summary>
    private sealed class Exporter : IAsyncDisposable
    {
        private readonly string _program;
        private readonly Process _process;
        private string? _error;

        public Exporter(int port, string program, params string[] arguments)
        {
            (_program, Url) = (program, new Uri($"http://127.0.0.1:{port}/metrics"));
            _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            // Who complains at each scrape would wait, were nobody to read it.
            _process.ErrorDataReceived += (_, line) => _error = line.Data ?? _error;
            _process.BeginErrorReadLine();
        }

        public Uri Url { get; }

        /// <summary>Asks until the answer is as wanted.</summary>
        public async Task Until(Predicate<string> wanted)
        {
            using var client = new HttpClient();
            await Eventually.Get(
                async () =>
                {
                    if (_process.HasExited)
                        throw new InvalidOperationException($"{_program} ended: {_error}");
                    try
                    {
                        return await client.GetStringAsync(Url);
                    }
                    catch (HttpRequestException)
                    {
                        return ""; // it is not up yet
                    }
                },
                wanted);
        }

        public async ValueTask DisposeAsync()
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
    }
}
