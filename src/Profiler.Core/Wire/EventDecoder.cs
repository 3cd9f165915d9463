using System.Runtime.InteropServices;

namespace Profiler.Core.Wire;

/// <summary>Decoded events; valid until the observer's OnNext returns.</summary>
/// <param name="Bytes">Whole records, each checked.</param>
public readonly record struct EventBatch(ReadOnlyMemory<byte> Bytes)
{
    public ReadOnlySpan<WireEvent> Events => MemoryMarshal.Cast<byte, WireEvent>(Bytes.Span);
}

/// <summary>
/// Bytes to events, without a copy. Counts what it received, by kind, so that
/// emitted = received + lost can be checked to the event.
/// </summary>
public sealed class EventDecoder
{
    /// <summary>
    /// The latest time of an event, CLOCK_MONOTONIC nanoseconds: 20 years after the machine started. What is later is no
    /// time; and differences and small multiples of what is earlier never overflow.
    /// </summary>
    public const long LatestNs = 20L * 366 * 24 * 3600 * 1_000_000_000;

    private readonly long[] _received = new long[WireEvent.Kinds];

    /// <summary>Events received, by kind.</summary>
    public IReadOnlyList<long> Received => _received;

    /// <summary>Checks and counts one batch of records.</summary>
    /// <exception cref="InvalidDataException">Not whole records, of a kind unknown to us, or of a time that cannot be: the
    /// programs and this reader do not belong together, nothing that follows can be trusted.</exception>
    public EventBatch Decode(ReadOnlyMemory<byte> records)
    {
        var batch = new EventBatch(records);
        if (records.Length % WireEvent.Size != 0)
            throw new InvalidDataException($"{records.Length} bytes are not whole events of {WireEvent.Size} bytes");
        foreach (ref readonly WireEvent e in batch.Events)
        {
            if (e.Kind is < EventKind.Release or > EventKind.Teardown || e.Edge > EventEdge.End || e.Subtype > LastSubtype(e.Kind))
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
        EventKind.Reset => (byte)ResetStep.DeviceWait,
        EventKind.LockWait => (byte)LockKind.Group,
        EventKind.Process => (byte)ProcessStep.Reaped,
        EventKind.Teardown => (byte)TeardownStep.Power,
        _ => 0,
    };
}
