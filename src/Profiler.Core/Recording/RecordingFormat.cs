namespace Profiler.Core.Recording;

/// <summary>
/// A recording is the raw events of a capture, between what is known at its beginning and at its end:
/// 8 bytes of magic, then frames of a 4-byte kind, a 4-byte length and so many bytes, little-endian.
/// Readers skip frames of kinds they do not know.
/// </summary>
internal static class RecordingFormat
{
    public const int FrameHeaderLength = 8;

    /// <summary>The largest frame a reader believes in.</summary>
    public const int MaximumFrameLength = 1 << 26;

    public static ReadOnlySpan<byte> Magic => "vfioscp\u0001"u8;
}

internal enum FrameKind
{
    /// <summary>A <see cref="CaptureInfo"/> as JSON; the first frame.</summary>
    Info = 1,

    /// <summary>Wire events, back to back.</summary>
    Events = 2,

    /// <summary>A <see cref="CaptureEnd"/> as JSON; the last frame.</summary>
    End = 3,

    /// <summary>A <see cref="ProcessIdentity"/> as JSON.</summary>
    Process = 4,

    /// <summary>A <see cref="DeviceIdentity"/> as JSON.</summary>
    Device = 5,

    /// <summary>A <see cref="KernelStack"/> as JSON.</summary>
    Stack = 6,

    /// <summary>A <see cref="DeviceStillHeld"/> as JSON.</summary>
    StillHeld = 7,

    /// <summary>A <see cref="ProcessAtStart"/> as JSON.</summary>
    AtStart = 8,
}
