using System.Runtime.InteropServices;
using Profiler.Core.Wire;

namespace Profiler.Core.Tests.Recording;

/// <summary>Events that a kernel might send, and their recordings; each seed has its own.</summary>
internal static class RandomEvents
{
    private static readonly Name16 Comm = Name16.From("qemu-system-x86");

    /// <summary>Releases whose times increase, in nanoseconds.</summary>
    public static byte[] Some(int seed, int count)
    {
        var random = new Random(seed);
        var events = new WireEvent[count];
        ulong now = (ulong)random.NextInt64(EventDecoder.LatestNs / 2);
        for (int i = 0; i < count; i++)
        {
            now += (ulong)random.Next(1_000_000);
            events[i] = new WireEvent
            {
                TimeNs = now,
                Kind = EventKind.Release,
                Edge = i % 2 == 0 ? EventEdge.Begin : EventEdge.End,
                Tid = (uint)random.Next(1, 20),
                Tgid = 7,
                Comm = Comm,
                Device = Name16.From($"0000:{random.Next(32):x2}:00.0"),
                Lock = (ulong)random.NextInt64(),
                Stack = WireEvent.NoStack,
            };
        }
        return MemoryMarshal.AsBytes(events.AsSpan()).ToArray();
    }

    /// <summary>Any bytes.</summary>
    public static byte[] Noise(int seed, int count)
    {
        var bytes = new byte[count * WireEvent.Size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
