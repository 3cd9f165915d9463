using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Profiler.Bpf.Session;
using Profiler.Cli.Usage;
using Profiler.Core.Facts;
using Profiler.Core.Problems;
using Profiler.Report;

namespace Profiler.Cli.Check;

/// <summary>The result of <c>check</c> as data: <c>vfioscope.check/1</c>, described by docs/check.schema.json.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Kernel">Its release, <c>uname -r</c>.</param>
/// <param name="Ok">The required probes are attached, and tracing is switched on: exit code 0.</param>
internal sealed record CheckDocument(
    string Schema,
    string Host,
    string Kernel,
    ImmutableArray<CheckProbe> Probes,
    ImmutableArray<CheckDevice> Devices,
    ImmutableArray<CheckProblem> Problems,
    bool Ok)
{
    public const string SchemaId = "vfioscope.check/1";

    public static CheckDocument Of(
        string host, string kernel, IEnumerable<ProbeStatus> probes, ILookup<string, VerifiedProgram> programs, IEnumerable<DeviceIdentity> devices,
        IEnumerable<Problem> problems, bool ok) => new(
        SchemaId, host, kernel, [.. probes.Select(p => CheckProbe.Of(p, programs[p.Name]))], [.. devices.Select(CheckDevice.Of)], [.. problems.Select(CheckProblem.Of)], ok);
}

/// <param name="Symbol">The kernel function or tracepoint.</param>
/// <param name="Attach">kprobe, fentry or tracepoint; null if there is no way on this kernel.</param>
/// <param name="Required">One of release, lock and reset.</param>
/// <param name="Reason">Why so, in words.</param>
/// <param name="WaitsFor">The module that has to be loaded first; null if none.</param>
/// <param name="Programs">Those attached.</param>
internal sealed record CheckProbe(
    string Name, string Symbol, string? Attach, bool Attached, bool Required, string Reason, string? WaitsFor, ImmutableArray<CheckProgram> Programs)
{
    public static CheckProbe Of(ProbeStatus p, IEnumerable<VerifiedProgram> programs) => new(
        p.Name, p.Symbol, p.Kind is { } kind ? EnumNames.Of(kind) : null, p.Attached, p.Essential, p.Reason, p.WaitsFor,
        [.. programs.Select(v => new CheckProgram(v.Name, v.Instructions))]);
}

/// <param name="VerifiedInstructions">That the verifier looked at, on all paths; null if the kernel does not tell.</param>
internal sealed record CheckProgram(string Name, long? VerifiedInstructions);

/// <summary>A device bound to a VFIO driver.</summary>
/// <param name="ResetMethods">In the order in which the kernel tries them; null if the kernel does not tell.</param>
/// <param name="DevSetMates">See <see cref="DeviceIdentity.DevSetMates"/>.</param>
internal sealed record CheckDevice(
    string Bdf, string Name, string? Driver, int? IommuGroup, ImmutableArray<string>? ResetMethods, ImmutableArray<string> DevSetMates)
{
    public static CheckDevice Of(DeviceIdentity d) => new(
        d.Bdf, DeviceNames.Of(d), d.Driver, d.IommuGroup, d.ResetMethods is { } methods ? [.. methods] : null, [.. d.DevSetMates]);
}

/// <param name="Impact">"incomplete" if figures of a capture will be wrong or missing, else "note".</param>
internal sealed record CheckProblem(string Id, string Impact, string? Detail, string Text, string? Remedy)
{
    public static CheckProblem Of(Problem p) => new(p.Id, EnumNames.Of(p.Kind.Impact), p.Detail, p.Text, p.Kind.Remedy);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(CheckDocument))]
internal sealed partial class CheckJson : JsonSerializerContext
{
    public static string Text(CheckDocument document) => JsonSerializer.Serialize(document, Relaxed.Context.CheckDocument) + "\n";

    private static class Relaxed
    {
        public static readonly CheckJson Context = new(RelaxedJson.Of(Default.Options));
    }
}
