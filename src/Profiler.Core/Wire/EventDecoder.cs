using System.Globalization;
using System.Runtime.InteropServices;

namespace Profiler.Core.Wire;

/// <summary>Decoded events; valid until the observer's OnNext returns.</summary>
/// <param name="Bytes">Complete, checked records.</param>
public readonly record struct EventBatch(ReadOnlyMemory<byte> Bytes)
{
    public ReadOnlySpan<WireEvent> Events => MemoryMarshal.Cast<byte, WireEvent>(Bytes.Span);
}

/// <summary>
/// Decodes bytes to events without a copy. Counts received events by kind, so that emitted = received + lost can be checked
/// exactly.
/// </summary>
public sealed class EventDecoder
{
    /// <summary>
    /// The latest valid time of an event, CLOCK_MONOTONIC nanoseconds: 20 years after boot. Differences and small multiples of
    /// valid times never overflow.
    /// </summary>
    public const long LatestNs = 20L * 366 * 24 * 3600 * 1_000_000_000;

    private static readonly byte[] LastSubtypes = [.. Enumerable.Range(0, WireEvent.Kinds).Select(kind => LastSubtype((EventKind)kind))];

    private readonly long[] _received = new long[WireEvent.Kinds];

    /// <summary>Events received, by kind.</summary>
    public IReadOnlyList<long> Received => _received;

    /// <summary>Checks and counts one batch of records.</summary>
    /// <exception cref="InvalidDataException">
    /// Incomplete records, an unknown kind, or an invalid time: programs and reader have different versions, so no later record
    /// can be trusted.
    /// </exception>
    public EventBatch Decode(ReadOnlyMemory<byte> records)
    {
        var batch = new EventBatch(records);
        if (records.Length % WireEvent.Size != 0)
            throw new InvalidDataException($"{records.Length} bytes are not whole events of {WireEvent.Size} bytes");
        foreach (ref readonly WireEvent e in batch.Events)
        {
            if (e.Kind is < EventKind.Release or > EventKind.UserReset || e.Edge > EventEdge.End || e.Subtype > LastSubtypes[(int)e.Kind])
                throw new InvalidDataException($"unknown event: kind {(int)e.Kind}, edge {(int)e.Edge}, subtype {e.Subtype}");
            if (e.TimeNs > LatestNs)
                throw new InvalidDataException($"an event at {e.TimeNs} ns, which is years after any machine started");
            _received[(int)e.Kind]++;
        }
        return batch;
    }

    /// <summary>The largest <see cref="WireEvent.Subtype"/> an event of a kind may have.</summary>
    public static byte LastSubtype(EventKind kind) => kind switch
    {
        EventKind.Reset => Last<ResetStep>.Value,
        EventKind.LockWait => Last<LockKind>.Value,
        EventKind.Process => Last<ProcessStep>.Value,
        EventKind.Teardown => Last<TeardownStep>.Value,
        EventKind.Start => Last<StartStep>.Value,
        EventKind.UserReset => Last<UserReset>.Value,
        _ => 0,
    };

    private static class Last<T> where T : struct, Enum
    {
        public static readonly byte Value = Enum.GetValues<T>().Cast<object>().Max(v => Convert.ToByte(v, CultureInfo.InvariantCulture));
    }
}
