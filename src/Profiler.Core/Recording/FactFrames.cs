using System.Text.Json;
using Profiler.Core.Facts;

namespace Profiler.Core.Recording;

/// <summary>The frames of facts: which kind has which.</summary>
internal static class FactFrames
{
    public static FrameKind KindOf(Fact fact) => fact switch
    {
        ProcessIdentity => FrameKind.Process,
        DeviceIdentity => FrameKind.Device,
        KernelStack => FrameKind.Stack,
        DeviceStillHeld => FrameKind.StillHeld,
        ProcessAtStart => FrameKind.AtStart,
        ResetDamage => FrameKind.Damage,
        _ => throw new ArgumentException($"a recording has no frame for a {fact.GetType().Name}", nameof(fact)),
    };

    public static byte[] Json(Fact fact) => JsonSerializer.SerializeToUtf8Bytes(fact, fact.GetType(), FactJson.Default);

    public static bool Has(FrameKind kind) =>
        kind is FrameKind.Process or FrameKind.Device or FrameKind.Stack or FrameKind.StillHeld or FrameKind.AtStart or FrameKind.Damage;

    /// <summary>Reads a fact of one of these kinds; null if it is impossible.</summary>
    public static Fact? Read(FrameKind kind, ReadOnlySpan<byte> payload) => kind switch
    {
        FrameKind.Process => JsonPayload.Parse(payload, FactJson.Default.ProcessIdentity, RecordingChecks.Checked),
        FrameKind.Device => JsonPayload.Parse(payload, FactJson.Default.DeviceIdentity, RecordingChecks.Checked),
        FrameKind.Stack => JsonPayload.Parse(payload, FactJson.Default.KernelStack, RecordingChecks.Checked),
        FrameKind.StillHeld => JsonPayload.Parse(payload, FactJson.Default.DeviceStillHeld, RecordingChecks.Checked),
        FrameKind.AtStart => JsonPayload.Parse(payload, FactJson.Default.ProcessAtStart, RecordingChecks.Checked),
        _ => JsonPayload.Parse(payload, FactJson.Default.ResetDamage, RecordingChecks.Checked),
    };
}
