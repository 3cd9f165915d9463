using System.Runtime.InteropServices;
using Profiler.Core.Wire;

namespace Profiler.Core.Recording;

/// <summary>
/// The door for the times of a recording's events. Those of a real one never go back by more than CPUs are apart, and what
/// is under way in it does not add up to lifetimes; behind here they can be subtracted and summed without a thought.
/// </summary>
internal sealed class RecordedTimes
{
    // A program may be held up between asking for the time and handing its event over; longer than this it is not.
    private const long MaxBackwardsNs = 60_000_000_000;

    // All that is under way, summed over those who do it; half of what a sum can hold.
    private const long MaxTotalNs = long.MaxValue / 2;

    private long _latestNs;
    private long _open;
    private Int128 _totalNs;

    /// <param name="records">Whole events; of what is none the decoder tells.</param>
    /// <exception cref="InvalidDataException">Times that cannot be.</exception>
    public void Check(ReadOnlySpan<byte> records)
    {
        foreach (ref readonly WireEvent e in MemoryMarshal.Cast<byte, WireEvent>(records))
        {
            if (e.TimeNs > EventDecoder.LatestNs)
                return; // the decoder says so
            long timeNs = (long)e.TimeNs;
            if (timeNs < _latestNs - MaxBackwardsNs)
                throw new InvalidDataException(
                    $"a damaged recording: an event {(_latestNs - timeNs) / 1_000_000_000} s before the one that it follows");
            if (_latestNs > 0)
                _totalNs += (Int128)Math.Max(0, timeNs - _latestNs) * _open;
            if (_totalNs > MaxTotalNs)
                throw new InvalidDataException("a damaged recording: more was under way in it, and for longer, than can be");
            _latestNs = Math.Max(_latestNs, timeNs);
            _open += e.Phase == EventPhase.Begin ? 1 : e.Phase == EventPhase.End && _open > 0 ? -1 : 0;
        }
    }
}
