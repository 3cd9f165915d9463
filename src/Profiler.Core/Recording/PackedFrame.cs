namespace Profiler.Core.Recording;

/// <summary>A compressed frame of events, see <see cref="EventBlocks"/>.</summary>
/// <param name="Payload">As it is in a recording; never changed.</param>
/// <param name="BeginsBlock">It depends on no frame before it.</param>
/// <param name="Events">Number of events.</param>
/// <param name="FirstNs">Time of the first one, CLOCK_MONOTONIC nanoseconds.</param>
/// <param name="LastNs">Time of the last one.</param>
internal readonly record struct PackedFrame(byte[] Payload, bool BeginsBlock, int Events, long FirstNs, long LastNs);
