using System.Runtime.InteropServices;
using Profiler.Core.Wire;

namespace Profiler.Core.Recording;

/// <summary>
/// Checks the times of a recording's events: after it they can be subtracted and summed without overflow. In a real recording times do
/// not go back by more than the CPUs' difference, and spans do not add up to centuries.
/// </summary>
internal sealed class RecordedTimes
{
    // A BPF program may be delayed between reading the time and submitting its event, but not longer than this.
    private const long MaxBackwardsNs = 60_000_000_000;

    // The sum of all spans; half of what a sum can hold.
    private const long MaxTotalNs = long.MaxValue / 2;

    private long _latestNs;
    private long _open;
    private Int128 _totalNs;

    /// <param name="records">Whole events; the decoder reports the rest.</param>
    /// <exception cref="InvalidDataException">Impossible times.</exception>
    public void Check(ReadOnlySpan<byte> records)
    {
        foreach (ref readonly WireEvent e in MemoryMarshal.Cast<byte, WireEvent>(records))
        {
            if (e.TimeNs > EventDecoder.LatestNs)
                return; // the decoder reports it
            long timeNs = (long)e.TimeNs;
            if (timeNs < _latestNs - MaxBackwardsNs)
                throw new InvalidDataException(
                    $"a damaged recording: an event {(_latestNs - timeNs) / 1_000_000_000} s earlier than the event before it");
            if (_latestNs > 0)
                _totalNs += (Int128)Math.Max(0, timeNs - _latestNs) * _open;
            if (_totalNs > MaxTotalNs)
                throw new InvalidDataException("a damaged recording: its spans are impossibly long");
            _latestNs = Math.Max(_latestNs, timeNs);
            _open += e.Edge == EventEdge.Begin ? 1 : e.Edge == EventEdge.End && _open > 0 ? -1 : 0;
        }
    }
}
