using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Profiler.Core;
using Profiler.Core.Capture;
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
/// <param name="Time">When it was kept, to the second.</param>
/// <param name="Vm">The VM or other process; null if it has no shutdown or start.</param>
/// <param name="Life">shutdown or start; null if it has none.</param>
/// <param name="DurationNs">How long that took; null if it has none.</param>
/// <param name="Finding">The id of the finding that cost most; null if there is none.</param>
/// <param name="Text">What that says.</param>
/// <param name="Error">Why the file cannot be read; else null.</param>
internal sealed record KeptEntry(
    string File, DateTimeOffset Time, string? Vm, string? Life, long? DurationNs, string? Finding, string? Text, string? Error)
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
            return new KeptEntry(name, file.Name.At, file.Name.Process, null, null, null, null, e.Message);
        }
    }

    private static KeptEntry Of(string file, KeptName name, ReportDocument report)
    {
        IEnumerable<(string Vm, string Life, long Ns, ImmutableArray<ReportFinding> Findings)> lives =
        [
            .. report.Shutdowns.Select(s => (s.Vm ?? s.Comm, "shutdown", s.WallNs, s.Findings)),
            .. report.Starts.Select(s => (s.Vm ?? s.Comm, "start", s.WallNs, s.Findings)),
        ];
        // The one that the file is named after, else the longest.
        (string? vm, string? life, long ns, ImmutableArray<ReportFinding> findings) = lives
            .OrderBy(l => name.Seconds is { } seconds ? Math.Abs(l.Ns / 1e9 - seconds) : -l.Ns / 1e9)
            .FirstOrDefault();
        ReportFinding? first = findings.IsDefaultOrEmpty ? null : findings[0];
        return new KeptEntry(file, name.At, vm, life, life is null ? null : ns, first?.Id, first?.Text, null);
    }
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
