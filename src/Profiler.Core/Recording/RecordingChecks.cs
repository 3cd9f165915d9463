using System.Collections.Immutable;
using Profiler.Core.Facts;
using Profiler.Core.Problems;
using Profiler.Core.Wire;

namespace Profiler.Core.Recording;

/// <summary>
/// Checks what a recording contains beside its events: after it everything is present, within bounds and printable, whatever wrote the
/// file.
/// </summary>
internal static class RecordingChecks
{
    // Longer than any real name. Reasons and frames of stacks may be longer (Printable.Longest).
    private const int MaxNameLength = 256;

    // A sum of a few thousand such counts does not overflow.
    private const long MaxCount = 1L << 50;

    private const int MaxItems = 4096;

    private static readonly DateTimeOffset
        Earliest = new(1970, 1, 1, 0, 0, 0, TimeSpan.Zero), Latest = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <exception cref="InvalidDataException">A value is missing or impossible.</exception>
    public static CaptureInfo Checked(CaptureInfo info) => info with
    {
        Kernel = Name(info.Kernel),
        Hostname = Name(info.Hostname),
        Start = info.Start >= Earliest && info.Start <= Latest ? info.Start : throw Bad("start"),
        StartNs = Time(info.StartNs),
        Probes = Each(info.Probes, Checked),
        Problems = EachOrNone(info.Problems, Checked),
    };

    /// <exception cref="InvalidDataException">A value is missing or impossible.</exception>
    public static CaptureEnd Checked(CaptureEnd end) => end with
    {
        EndNs = Time(end.EndNs),
        Events = Each(end.Events, e => new EventCount(Name(e.Kind), Count(e.Emitted), Count(e.Received), Count(e.Lost))),
        Probes = Each(end.Probes, Checked),
        Problems = EachOrNone(end.Problems, Checked),
    };

    /// <exception cref="InvalidDataException">A value is missing or impossible.</exception>
    public static Fact Checked(Fact fact) => fact switch
    {
        ProcessIdentity p => new ProcessIdentity(p.Tgid, NameOrNone(p.Vm), NameOrNone(p.Manager), NameOrNone(p.Namespace), NameOrNone(p.Pod)),
        DeviceIdentity d => new DeviceIdentity(
            Name(d.Bdf), Name(d.VendorId), Name(d.DeviceId), NameOrNone(d.Vendor), NameOrNone(d.Device), Name(d.Class), d.IommuGroup,
            NameOrNone(d.Driver), d.ResetMethods is { } methods ? Names(methods) : null, Names(d.DevSetMates),
            NameOrNone(d.PhysicalFunction)),
        KernelStack s => s with { Frames = Each(s.Frames, f => Printable.Clean(f)) },
        DeviceStillHeld h => new DeviceStillHeld(Name(h.Bdf), Each(h.Holders, x => x with { Comm = Name(x.Comm) })),
        ProcessAtStart p => p with { Comm = Name(p.Comm), Devices = p.Devices is { } devices ? Each(devices, Name) : null },
        ResetDamage d => new ResetDamage(
            Name(d.Bdf), Name(d.Operation), d.Tgid, Name(d.Process), Time(d.EndNs), LinkOrNone(d.Before), LinkOrNone(d.After)),
        _ => throw Bad(fact.GetType().Name),
    };

    private static ProbeInfo Checked(ProbeInfo p) => new(
        Name(p.Name), Name(p.Symbol), NameOrNone(p.Attach), p.Attached, p.Missed is { } missed ? Count(missed) : null,
        Printable.Clean(p.Reason ?? throw Bad("reason")), NameOrNone(p.WaitsFor));

    private static Problem Checked(Problem p) => new(
        Name(p.Id), p.Count is { } count ? Count(count) : null, p.Detail is null ? null : Printable.Clean(p.Detail));

    private static ImmutableArray<string> Names(IReadOnlyList<string> names) => Each([.. names], Name);

    private static string Name(string? text) => Printable.Clean(text ?? throw Bad("name"), MaxNameLength);

    private static string? NameOrNone(string? text) => text is null ? null : Name(text);

    // The fastest link has 64 GT/s, the widest 32 lanes.
    private static DeviceLink? LinkOrNone(DeviceLink? link) =>
        link is null or { Speed: > 0 and < 1000, Width: >= 0 and < 64 } ? link : throw Bad("link");

    private static long Time(long ns) => ns is >= 0 and <= EventDecoder.LatestNs ? ns : throw Bad("time");

    private static long Count(long count) => count is >= 0 and <= MaxCount ? count : throw Bad("count");

    private static ImmutableArray<T> Each<T>(ImmutableArray<T> items, Func<T, T> check) where T : class =>
        items.IsDefault || items.Length > MaxItems ? throw Bad("list") : [.. items.Select(i => check(i ?? throw Bad("list")))];

    private static ImmutableArray<T> EachOrNone<T>(ImmutableArray<T> items, Func<T, T> check) where T : class =>
        items.IsDefault ? [] : Each(items, check);

    private static InvalidDataException Bad(string what) => new($"an impossible {what}");
}
