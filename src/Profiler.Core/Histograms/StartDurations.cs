using System.Collections;
using Profiler.Core.Lives;

namespace Profiler.Core.Histograms;

/// <summary>The durations of a start: its own, and those of its phases. Enumerated without an allocation.</summary>
/// <param name="start">One that has ended.</param>
public readonly struct StartDurations(Start start) : IEnumerable<Duration>
{
    public Enumerator GetEnumerator() => new(start);

    IEnumerator<Duration> IEnumerable<Duration>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The start itself, then its phases in order, without zeros.</summary>
    public struct Enumerator(Start start) : IEnumerator<Duration>
    {
        private const int Itself = -1;

        private readonly StartPhases? _phases = start.IsWhole ? start.Phases : null;
        private int _at = Itself - 1;

        public readonly Duration Current => _at == Itself
            ? Duration.Of(HistogramKey.Start, start.Time, null)
            : new Duration(HistogramKey.Of((StartPhase)_at), _phases![(StartPhase)_at], start.Time.EndNs, null);

        readonly object IEnumerator.Current => Current;

        public bool MoveNext()
        {
            if (_phases is null)
                return false;
            do
                _at++;
            while (_at > Itself && _at < StartPhases.Count && _phases[(StartPhase)_at] == 0);
            return _at < StartPhases.Count;
        }

        public void Reset() => _at = Itself - 1;

        public readonly void Dispose()
        {
        }
    }
}
