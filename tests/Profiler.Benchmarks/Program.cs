using Profiler.Benchmarks;

// Profiler.Benchmarks [PART...]: measures, and prints lines of the table.
var parts = new Dictionary<string, Func<IAsyncEnumerable<Line>>>
{
    ["frame"] = () => FrameBench.Lines().ToAsyncEnumerable(),
    ["scrape"] = () => ScrapeBench.Lines().ToAsyncEnumerable(),
    ["served"] = ServedScrape.Lines,
    ["ring"] = () => RingBench.Lines().ToAsyncEnumerable(),
    ["pipeline"] = () => PipelineBench.Lines().ToAsyncEnumerable(),
    ["recording"] = () => RecordingBench.Lines().ToAsyncEnumerable(),
    ["crowd"] = () => CrowdBench.Lines().ToAsyncEnumerable(),
    ["report"] = () => ReportBench.Lines().ToAsyncEnumerable(),
    ["uptime"] = () => UptimeBench.Lines().ToAsyncEnumerable(),
};
foreach (string part in args.Length == 0 ? [.. parts.Keys] : args)
{
    if (!parts.TryGetValue(part, out Func<IAsyncEnumerable<Line>>? lines))
    {
        await Console.Error.WriteLineAsync($"bench: {part}: one of {string.Join(", ", parts.Keys)} is wanted");
        return 2;
    }
    await foreach (Line line in lines())
        Console.WriteLine(line);
}
return 0;
