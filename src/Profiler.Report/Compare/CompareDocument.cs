using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Profiler.Report.Compare;

/// <summary>
/// The comparison as data: <c>vfioscope.compare/1</c>, described by docs/compare.schema.json; durations in nanoseconds.
/// </summary>
/// <param name="Confidence">Of all intervals, see <see cref="MannWhitney.Confidence"/>.</param>
/// <param name="Different">Facts that are not the same on both sides.</param>
/// <param name="Limit">What <c>--fail-if-slower</c> asked for; null if it was not given.</param>
public sealed record CompareDocument(
    string Schema,
    double Confidence,
    CompareSide Before,
    CompareSide After,
    ImmutableArray<CompareFact> Different,
    ImmutableArray<Comparison> Comparisons,
    CompareLimit? Limit)
{
    public const string SchemaId = "vfioscope.compare/1";
}

/// <param name="Complete">False if figures may be wrong or missing, in any of the recordings.</param>
public sealed record CompareSide(bool Complete, ImmutableArray<CompareRecording> Recordings);

/// <param name="Complete">False if figures may be wrong or missing; shutdowns that are left out do not matter.</param>
/// <param name="Shutdowns">Shutdowns and closes that are compared.</param>
/// <param name="LeftOut">Those that were not seen from begin to end.</param>
public sealed record CompareRecording(
    string File, string Hostname, string Kernel, DateTimeOffset Start, long DurationNs, bool Complete, ImmutableArray<ReportProblem> Problems,
    int Shutdowns, int LeftOut);

/// <summary>A fact that is not the same on both sides.</summary>
/// <param name="Fact">One of <see cref="FactKinds"/>.</param>
/// <param name="Subject">What it is about: a model, a probe; null for the whole side.</param>
/// <param name="Before">Its values; empty if it is unknown.</param>
/// <param name="After">Likewise.</param>
public sealed record CompareFact(string Fact, string? Subject, ImmutableArray<string> Before, ImmutableArray<string> After);

/// <summary>One duration before and after.</summary>
/// <param name="Metric">One of <see cref="CompareMetrics"/>.</param>
/// <param name="Part">A phase of it; null for the whole.</param>
/// <param name="Devices">Of a shutdown all its devices, by model; of a release or open one.</param>
/// <param name="Before">Null if there is none.</param>
/// <param name="After">Likewise.</param>
/// <param name="Shift">After minus before; null if there is only one side.</param>
/// <param name="Ratio">After divided by before; null also if there is a value of 0.</param>
/// <param name="OverLimit">Slower than the limit: yes, no or unsure; null if that is not asked.</param>
public sealed record Comparison(
    string Metric, string? Part, ImmutableArray<CompareDevices> Devices, CompareFigures? Before, CompareFigures? After, CompareShift? Shift,
    CompareRatio? Ratio, string Verdict, string? OverLimit);

/// <param name="Name">Vendor and device; null if unknown.</param>
public sealed record CompareDevices(string? Name, int Count);

/// <summary>One side's values: one of each life.</summary>
public sealed record CompareFigures(int Lives, long MedianNs, long MinNs, long MaxNs);

/// <param name="AtLeastNs">Lower bound of the interval; null if there are too few lives.</param>
public sealed record CompareShift(long Ns, long? AtLeastNs, long? AtMostNs);

/// <param name="AtLeast">Lower bound of the interval; null if there are too few lives.</param>
public sealed record CompareRatio(double Factor, double? AtLeast, double? AtMost);

/// <param name="SlowerThan">0.1 for 10 %.</param>
/// <param name="Exceeded">At least one whole duration is over it, surely: exit code 1.</param>
public sealed record CompareLimit(double SlowerThan, bool Exceeded);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(CompareDocument))]
public sealed partial class CompareJson : JsonSerializerContext
{
    public static string Text(CompareDocument document) => JsonSerializer.Serialize(document, Relaxed.Context.CompareDocument) + "\n";

    private static class Relaxed
    {
        public static readonly CompareJson Context = new(RelaxedJson.Of(Default.Options!));
    }
}
