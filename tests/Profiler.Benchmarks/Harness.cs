using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Profiler.Benchmarks;

/// <summary>What one call cost.</summary>
/// <param name="Ns">Its median, nanoseconds.</param>
/// <param name="Bytes">Allocated by it.</param>
internal readonly record struct Cost(double Ns, long Bytes);

/// <summary>
/// BenchmarkDotNet, in this process: it would else build a project of its own for each run, which our build's rules
/// are not for. Its own words go to out/bench.log.
/// </summary>
internal static class Harness
{
    private static readonly Job Short = Job.Default
        .WithToolchain(InProcessEmitToolchain.Instance)
        .WithIterationTime(TimeInterval.FromMilliseconds(100))
        .WithWarmupCount(3)
        .WithIterationCount(15);

    /// <summary>The benchmarks of a class, by the value of their only parameter.</summary>
    public static IReadOnlyDictionary<string, Cost> Run<TBenchmarks>()
    {
        using var log = new StreamLogger("out/bench.log", append: true);
        IConfig config = ManualConfig.CreateEmpty()
            .AddJob(Short).AddDiagnoser(MemoryDiagnoser.Default).AddLogger(log).AddColumnProvider(DefaultColumnProviders.Instance)
            .WithOptions(ConfigOptions.DisableLogFile)
            .WithArtifactsPath(Path.GetFullPath("out/bench.artifacts"));
        Summary summary = BenchmarkRunner.Run<TBenchmarks>(config);
        return summary.BenchmarksCases.ToDictionary(
            one => (string)one.Parameters.Items.Single().Value,
            one => summary[one] is { ResultStatistics: { } times } report
                ? new Cost(times.Median, report.GcStats.GetBytesAllocatedPerOperation(one) ?? 0)
                : throw new InvalidOperationException($"{one.DisplayInfo} did not run: see out/bench.log"));
    }
}
