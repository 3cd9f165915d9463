using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Host.Files;
using Profiler.Report;

namespace Profiler.Cli.Kept;

/// <summary>The kept recordings as data: <c>vfioscope.kept/1</c>, described by docs/kept.schema.json.</summary>
/// <param name="Recordings">The newest first.</param>
internal sealed record KeptDocument(string Schema, string Directory, ImmutableArray<KeptEntry> Recordings)
{
    public const string SchemaId = "vfioscope.kept/1";

    /// <summary>Reads all kept recordings of a directory that have something of what is wanted.</summary>
    public static KeptDocument Of(string directory, IEnumerable<KeptFile> files, ActivityFilter filter) =>
        new(SchemaId, directory, [.. files.Select(f => KeptEntry.Of(f, filter)).OfType<KeptEntry>()]);
}

/// <summary>A kept recording, and the shutdown or start that it was kept for.</summary>
/// <param name="File">Its name in the directory.</param>
/// <param name="Time">When that ended, or the recording was asked for; of what was still running when that was noticed. To the second.</param>
/// <param name="Vm">The VM or other process; null if it has no shutdown or start.</param>
/// <param name="Life">shutdown or start; null if it has none.</param>
/// <param name="DurationNs">How long that took, at least if it was still running; null if it has none.</param>
/// <param name="Running">It was still running when the recording was written.</param>
/// <param name="Finding">The id of the finding that cost most; null if there is none.</param>
/// <param name="Text">What that says.</param>
/// <param name="Error">Why the file cannot be read; else null.</param>
internal sealed record KeptEntry(
    string File, DateTimeOffset Time, string? Vm, string? Life, long? DurationNs, bool Running, string? Finding, string? Text, string? Error)
{
    /// <summary>Reads a recording; null if nothing in it matches the filter.</summary>
    public static KeptEntry? Of(KeptFile file, ActivityFilter filter)
    {
        string name = Path.GetFileName(file.Path);
        try
        {
            var recorded = RecordedCapture.Read(file.Path);
            return recorded.Has(filter) ? Of(name, file.Name, ReportBuilder.Build(recorded, filter)) : null;
        }
        catch (UserException e)
        {
            return new KeptEntry(name, file.Name.At, file.Name.Process, null, null, false, null, null, e.Message);
        }
    }

    private static KeptEntry Of(string file, KeptName name, ReportDocument report)
    {
        LifeIn[] lives =
        [
            .. report.Shutdowns.Select(s => new LifeIn(KeptKind.Shutdown, s.Vm ?? s.Comm, s.WallNs, s.Unfinished, s.Findings)),
            .. report.Starts.Select(s => new LifeIn(KeptKind.Start, s.Vm ?? s.Comm, s.WallNs, s.Unfinished, s.Findings)),
        ];
        // The one that the file is named after, else the longest. What was running then is longer in the recording, which ends later.
        LifeIn? of = lives
            .OrderByDescending(l => name.Seconds is not null && KeptName.Safe(l.Vm) == name.Process && l.Kind == name.Kind && l.Running == name.Running)
            .ThenBy(l => name.Seconds is { } seconds ? Math.Abs(l.Ns / 1e9 - seconds) : -l.Ns / 1e9)
            .FirstOrDefault();
        ReportFinding? first = of is null || of.Findings.IsEmpty ? null : of.Findings[0];
        return new KeptEntry(file, name.At, of?.Vm, of?.Kind.Name(), of?.Ns, of?.Running ?? false, first?.Id, first?.Text, null);
    }

    /// <summary>A shutdown or start in a recording.</summary>
    private sealed record LifeIn(KeptKind Kind, string Vm, long Ns, bool Running, ImmutableArray<ReportFinding> Findings);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(KeptDocument))]
internal sealed partial class KeptJson : JsonSerializerContext
{
    public static string Text(KeptDocument document) => JsonSerializer.Serialize(document, Relaxed.Context.KeptDocument) + "\n";

    private static class Relaxed
    {
        public static readonly KeptJson Context = new(RelaxedJson.Of(Default.Options));
    }
}
