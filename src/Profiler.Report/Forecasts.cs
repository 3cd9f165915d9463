using System.Collections.Immutable;
using System.Text;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Findings;
using Profiler.Core.Lives;

namespace Profiler.Report;

/// <summary>How long shutdowns with more or fewer devices take on this host, and what their time limits should be.</summary>
internal static class Forecasts
{
    // Usual numbers of devices of a VM.
    private static readonly ImmutableArray<int> Devices = [1, 4, 8, 16, 32];

    internal const string Title =
        "Time limits that leave room for a shutdown on this host, by number of devices (each as slow as the 99th percentile, or as " +
        "the slowest of few; the longest rest; and half as much again)";

    /// <summary>One for each kind of device that was released.</summary>
    public static ImmutableArray<ReportForecast> Of(ImmutableArray<Shutdown> shutdowns, ActivityFilter filter, HostFacts facts)
    {
        ILookup<string?, string> kinds = shutdowns
            .SelectMany(s => s.Releases).Select(r => r.Device).Distinct().Where(filter.WantsDevice)
            .ToLookup(bdf => facts.Devices.TryGetValue(bdf, out DeviceIdentity? device) ? DeviceNames.Of(device) : null);
        return
        [
            .. kinds
                .Select(kind => (Name: kind.Key, Forecast: StopForecast.Of(shutdowns, kind.ToHashSet().Contains)))
                .Where(kind => kind.Forecast is not null)
                .OrderBy(kind => kind.Name, StringComparer.Ordinal)
                .Select(kind => Of(kind.Name, kind.Forecast!)),
        ];
    }

    /// <summary>The table of the text report; nothing if there is none.</summary>
    public static void Render(StringBuilder text, ImmutableArray<ReportForecast> forecasts, int width)
    {
        if (forecasts.IsEmpty)
            return;
        var table = new TextTable(2, 2, [new(Columns[0], Left: true), .. Columns[1..].Select(title => new Column(title))]);
        foreach (ReportForecast f in forecasts)
            table.Add(Cells(f));
        text.Append('\n');
        Paragraph.Append(text, Title + ":", width, "", "  ");
        text.AppendJoin('\n', table.Lines(width, titles: true)).Append('\n');
    }

    internal static readonly ImmutableArray<string> Columns =
        ["device", .. Devices.Select(n => $"x {n}"), "each p50", "p99", "max", "rest", "releases"];

    internal static string[] Cells(ReportForecast f) =>
    [
        f.Name ?? "unknown", .. f.Limits.Select(l => Figures.Limit(l.AdvisedNs)),
        TextReport.Percentile(f.EachP50Ns), TextReport.Percentile(f.EachP99Ns), Figures.Text(f.EachMaxNs), Figures.Text(f.RestNs), $"{f.Releases}",
    ];

    private static ReportForecast Of(string? name, StopForecast forecast) => new(
        name, forecast.EachNs.Length, forecast.Percentile(0.5), forecast.Percentile(0.99), forecast.EachNs[^1], forecast.RestNs,
        [.. Devices.Select(n => new ReportAdvice(n, forecast.WallNs(n), (long)forecast.Advised(n).TotalNanoseconds))]);
}
