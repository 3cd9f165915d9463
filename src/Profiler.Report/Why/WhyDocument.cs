using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Stuck;

namespace Profiler.Report.Why;

/// <summary>The answer of <c>why</c> as data: <c>vfioscope.why/1</c>, described by docs/why.schema.json; durations in nanoseconds.</summary>
/// <param name="TakenAt">When the later of the two looks was taken.</param>
/// <param name="LooksApartNs">Time between them.</param>
/// <param name="Threads">Those in uninterruptible sleep (D) first.</param>
public sealed record WhyDocument(
    string Schema, string Host, string Kernel, DateTimeOffset TakenAt, long LooksApartNs, ImmutableArray<WhyThread> Threads, ImmutableArray<WhyDevice> Devices)
{
    public const string SchemaId = "vfioscope.why/1";

    /// <summary>Of an answer.</summary>
    public static WhyDocument Of(StuckAnswer answer, string host, string kernel, DateTimeOffset at) => new(
        SchemaId, host, kernel, at, answer.ApartNs, [.. answer.Threads.Select(WhyThread.Of)], [.. answer.Devices.Select(WhyDevice.Of)]);
}

/// <param name="State">R, S, D, T, t, X, Z or I.</param>
/// <param name="Doing">What it does as a whole.</param>
/// <param name="Step">Where it is in that.</param>
/// <param name="Function">The innermost function of its stack; null where the kernel shows none.</param>
/// <param name="Device">The device that it is about; null if unknown.</param>
/// <param name="SeenNs">How long it was seen there: the time between the looks, or 0.</param>
/// <param name="Ran">Whether it got a CPU between the looks; null if unknown.</param>
/// <param name="WaitsFor">For whom it waits; null if for nobody, or unknown.</param>
/// <param name="Stack">Innermost frame first.</param>
public sealed record WhyThread(
    int Pid, int Tid, string Process, string Thread, string? Vm, string State, string Doing, string Step, string? Function, WhyLikely? Device, long SeenNs,
    bool? Ran, WhyWait? WaitsFor, ImmutableArray<string> Stack)
{
    public static WhyThread Of(StuckThread t) => new(
        t.Process.Pid, t.Look.Tid, t.Process.Comm, t.Look.Comm, t.Process.Vm, $"{t.Look.State}", t.Activity.Name(), t.Step.Name(), t.Function,
        t.Device is { } device ? new WhyLikely(device.Bdf, device.Certain) : null, t.SeenNs, t.Ran,
        t.Wait is { } wait ? new WhyWait(wait.Lock?.Name(), [.. wait.Holders.Select(WhyHolder.Of)]) : null, t.Look.Stack);
}

/// <param name="Certain">The kernel says so; else it is concluded.</param>
public sealed record WhyLikely(string Bdf, bool Certain);

/// <param name="Lock">The kind of lock; null if it waits until the holders do not have the device open any more.</param>
/// <param name="Holders">For a lock: its holder is one of them.</param>
public sealed record WhyWait(string? Lock, ImmutableArray<WhyHolder> Holders);

/// <param name="Tid">The thread; null for a process that has the device open.</param>
/// <param name="Certain">The kernel says so; else it is concluded.</param>
public sealed record WhyHolder(int Pid, int? Tid, string Process, string? Vm, string Doing, string Step, bool Certain)
{
    public static WhyHolder Of(StuckHolder h) => new(h.Process.Pid, h.Tid, h.Process.Comm, h.Process.Vm, h.Activity.Name(), h.Step.Name(), h.Certain);
}

/// <param name="Driver">Null without one: it may be being unbound.</param>
/// <param name="Enabled">It is in use.</param>
/// <param name="Users">The processes that keep it, or its group, in use.</param>
public sealed record WhyDevice(
    string Bdf, string Name, string? Driver, int? IommuGroup, ImmutableArray<string> DevSetMates, bool Enabled, ImmutableArray<WhyUser> Users)
{
    public static WhyDevice Of(StuckDevice d) => new(
        d.Identity.Bdf, DeviceNames.Of(d.Identity), d.Identity.Driver, d.Identity.IommuGroup, [.. d.Identity.DevSetMates], d.Enabled,
        [.. d.Users.Select(u => new WhyUser(u.Process.Pid, u.Process.Comm, u.Process.Vm, u.Use.Name(), u.Certain))]);
}

/// <param name="Use">How it keeps the device in use.</param>
/// <param name="Certain">The kernel says so; else it may be another device, or is concluded.</param>
public sealed record WhyUser(int Pid, string Process, string? Vm, string Use, bool Certain);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(WhyDocument))]
public sealed partial class WhyJson : JsonSerializerContext
{
    public static string Text(WhyDocument document) => JsonSerializer.Serialize(document, Relaxed.Context.WhyDocument) + "\n";

    private static class Relaxed
    {
        public static readonly WhyJson Context = new(RelaxedJson.Of(Default.Options));
    }
}
