namespace Profiler.Core.Recording;

/// <summary>
/// What the writer and the reader of compressed events agree on. Events are compressed in blocks: a block is one Zstandard frame
/// (RFC 8878) of <see cref="EventColumns"/>, cut into the payloads of one or more frames of the recording. A busy capture has one
/// frame a block; a slow one, which writes a few events each second, continues the block until it is worth its compression.
/// </summary>
internal static class EventBlocks
{
    /// <summary>A block ends with the frame that brings it to this many events; the next frame depends on none before it.</summary>
    public const int MinBlockEvents = 256;

    /// <summary>The most events in one frame.</summary>
    public const int MaxFrameEvents = 1024;

    /// <summary>Bytes before the compressed ones: number of the first event (modulo 2^32), and number of events (2 bytes).</summary>
    public const int PrefixLength = sizeof(uint) + sizeof(ushort);

    /// <summary>Level of the compressor: the highest one that keeps up with any capture and is better than the one below.</summary>
    public const int Level = 3;

    /// <summary>The window that the compressor refers back to, 2^17 bytes; a reader refuses a larger one.</summary>
    public const int WindowLog = 17;
}
